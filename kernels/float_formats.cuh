// Weight types that are floats: one value, or value i of words of them.
#pragma once

#include "ptx.h"

namespace lacuna::kernels {

struct F32 {
  using Type = float;
  LACUNA_DEVICE float value(const uint32_t* words, uint32_t i) { return bits_float(words[i]); }
  LACUNA_DEVICE float value(float w) { return w; }
};
struct F16 {
  using Type = uint16_t;
  LACUNA_DEVICE float value(const uint32_t* words, uint32_t i) {
    return f16_to_float(static_cast<uint16_t>(words[i / 2] >> i % 2 * 16));
  }
  LACUNA_DEVICE float value(uint16_t w) { return f16_to_float(w); }
};
struct BF16 {
  using Type = uint16_t;
  LACUNA_DEVICE float value(const uint32_t* words, uint32_t i) {
    return bf16_to_float(static_cast<uint16_t>(words[i / 2] >> i % 2 * 16));
  }
  LACUNA_DEVICE float value(uint16_t w) { return bf16_to_float(w); }
};

// Elements i … i + 3 of a row of n at p as floats, zeros beyond its end; in one access where
// `aligned` (p at a multiple of 16 bytes, and i and n multiples of 4).
template <class Format>
LACUNA_DEVICE void load4_as_floats(const typename Format::Type* p, uint32_t i, uint32_t n,
                                   bool aligned, float (&x)[4] LACUNA_SITE) {
  struct alignas(4 * sizeof(typename Format::Type)) Four {
    uint32_t word[sizeof(typename Format::Type)];
  };
  if (aligned) {
    const Four v = i < n ? load(reinterpret_cast<const Four*>(p + i) LACUNA_AT) : Four{};
    LACUNA_UNROLL
    for (uint32_t j = 0; j < 4; ++j) x[j] = Format::value(v.word, j);
  } else {
    LACUNA_UNROLL
    for (uint32_t j = 0; j < 4; ++j) {
      x[j] = i + j < n ? Format::value(load(p + i + j LACUNA_AT)) : 0.0f;
    }
  }
}

}  // namespace lacuna::kernels
