// Products of floats on tensor cores without losing their precision: each float as the sum of two
// that tensor cores take.
#pragma once

#include "ptx.h"

namespace lacuna::kernels {

// x = high + low up to 2^-20 of it, as tf32.
template <int count>
struct SplitFloats {
  uint32_t high[count], low[count];

  LACUNA_METHOD void set(uint32_t i, float x) {
    constexpr uint32_t kKept = ~0x1fffu;
    high[i] = float_bits(x) & kKept;
    low[i] = float_bits(x - bits_float(high[i])) & kKept;
  }
};

// d += a · b, but for the product of the low parts.
LACUNA_DEVICE void mma_split(float (&d)[4], const SplitFloats<4>& a,
                             const SplitFloats<2>& b LACUNA_SITE) {
  mma_tf32(d, a.low, b.high LACUNA_AT);
  mma_tf32(d, a.high, b.low LACUNA_AT);
  mma_tf32(d, a.high, b.high LACUNA_AT);
}

// The same of two floats as halves, x = high + low up to 2^-22 of it or 2^-25: `low` of the pair in
// the lower half of the words.
LACUNA_DEVICE void split_to_f16x2(const float (&x)[2], uint32_t& high, uint32_t& low) {
  high = floats_to_f16x2(x[0], x[1]);
  low = floats_to_f16x2(x[0] - f16_to_float(static_cast<uint16_t>(high)),
                        x[1] - f16_to_float(static_cast<uint16_t>(high >> 16)));
}
// The same as bf16, which have a float's range: up to 2^-17 of x.
LACUNA_DEVICE void split_to_bf16x2(const float (&x)[2], uint32_t& high, uint32_t& low) {
  high = floats_to_bf16x2(x[0], x[1]);
  low = floats_to_bf16x2(x[0] - bits_float(high << 16), x[1] - bits_float(high & 0xffff0000u));
}

}  // namespace lacuna::kernels
