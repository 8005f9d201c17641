// Rotary position embedding.
#pragma once

#include "kv_cache.h"
#include "vectors.cuh"

namespace lacuna::kernels {

// Turns elements i … i + 3 of `row`'s rope part, two pairs, by their angles; i is a multiple of 4.
LACUNA_DEVICE void rotate4(const PassRows& at, uint32_t row, uint32_t rope_dim, uint32_t i,
                           float (&x)[4] LACUNA_SITE) {
  const uint64_t angles = static_cast<uint64_t>(row) * (rope_dim / 2) + i / 2;
  const Bytes8 cosines = load(reinterpret_cast<const Bytes8*>(at.cosines + angles) LACUNA_AT);
  const Bytes8 sines = load(reinterpret_cast<const Bytes8*>(at.sines + angles) LACUNA_AT);
  LACUNA_UNROLL
  for (int j = 0; j < 2; ++j) {
    const float a = x[2 * j], b = x[2 * j + 1];
    const float cosine = bits_float(cosines.word[j]), sine = bits_float(sines.word[j]);
    x[2 * j] = a * cosine - b * sine;
    x[2 * j + 1] = a * sine + b * cosine;
  }
}

}  // namespace lacuna::kernels
