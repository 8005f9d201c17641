// Activations as 16-bit fixed-point numbers, for products with quantised weights: x ≈ scale * n
// with one scale for 32 values, n = 256 * high + low. Two byte products take the place of a float
// one; the rounding, 2^-16 of the largest of 32 values, is too small to move a choice of experts or
// tokens. Shared by kernels and host.
#pragma once

#include <stdint.h>

namespace lacuna::kernels {

inline constexpr uint32_t kInt16Group = 32;

struct alignas(8) Int16Group {
  float scale;
  int32_t sum;  // Σ n: for weights that have an offset
};

// Rows of `columns` values, a multiple of 32; all pointers aligned to 16.
struct Int16Rows {
  int8_t* high;        // [rows, columns], -128 … 127
  uint8_t* low;        // [rows, columns]
  Int16Group* groups;  // [rows, columns / 32]
};

}  // namespace lacuna::kernels
