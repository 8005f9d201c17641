// Floats as whole numbers of the same order, so that the largest is found bit by bit.
#pragma once

#include "ptx.h"

namespace lacuna::kernels {

// Larger for the larger of two numbers, the same for both zeros, 0 for what is not a number only.
LACUNA_DEVICE uint32_t order_key(float x) {
  if (x != x) return 0;
  const uint32_t bits = float_bits(x == 0.0f ? 0.0f : x);
  return bits >> 31 != 0 ? ~bits : bits | 0x80000000u;
}

// The number that a key other than 0 was made of.
LACUNA_DEVICE float key_value(uint32_t key) {
  return bits_float(key >> 31 != 0 ? key & 0x7fffffffu : ~key);
}

}  // namespace lacuna::kernels
