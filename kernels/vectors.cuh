// Four floats at a time, where the row's width allows it.
#pragma once

#include "ptx.h"

namespace lacuna::kernels {

// Elements i … i + 3 of a row of n at p, zeros beyond its end. One access of sixteen bytes where
// `aligned` (p + i at a multiple of 16 for all i that are multiples of 4).
LACUNA_DEVICE void load4(const float* p, uint32_t i, uint32_t n, bool aligned,
                         float (&x)[4] LACUNA_SITE) {
  if (aligned) {
    const Bytes16 v = i < n ? load(reinterpret_cast<const Bytes16*>(p + i) LACUNA_AT) : Bytes16{};
    LACUNA_UNROLL
    for (int j = 0; j < 4; ++j) x[j] = bits_float(v.word[j]);
  } else {
    LACUNA_UNROLL
    for (uint32_t j = 0; j < 4; ++j) x[j] = i + j < n ? load(p + i + j LACUNA_AT) : 0.0f;
  }
}

// Stores what of x lies within the row.
LACUNA_DEVICE void store4(float* p, uint32_t i, uint32_t n, bool aligned,
                          const float (&x)[4] LACUNA_SITE) {
  if (aligned) {
    Bytes16 v;
    LACUNA_UNROLL
    for (int j = 0; j < 4; ++j) v.word[j] = float_bits(x[j]);
    if (i < n) store(reinterpret_cast<Bytes16*>(p + i), v LACUNA_AT);
  } else {
    LACUNA_UNROLL
    for (uint32_t j = 0; j < 4; ++j) {
      if (i + j < n) store(p + i + j, x[j] LACUNA_AT);
    }
  }
}

}  // namespace lacuna::kernels
