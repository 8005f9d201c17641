// Activations as signed bytes, for weights that stay as they are: x ≈ scale * q with one scale for
// 32 values.
#pragma once

#include <cstddef>
#include <cstdint>

#include "format/tensor_type.h"

namespace lacuna::cpu {

inline constexpr size_t kInt8Group = 32;

// A group whose largest magnitude is not above this counts as zeros: 127 / largest would overflow.
inline constexpr float kInt8Smallest = 3.8e-37f;

// `tokens` rows of `columns` values, columns a multiple of 32. Each row's bytes are padded with
// zeros to a multiple of 64, its scales and sums to whole registers.
struct Int8Rows {
  int8_t* q;      // [tokens, byte_stride]
  float* scales;  // [tokens, group_stride]: one a group of 32; zero in the padding
  float* sums;    // [tokens, group_stride]: scale * Σ q of the group
  float* halves;  // [tokens, 2 * group_stride]: scale * Σ q of each 16
  size_t byte_stride;
  size_t group_stride;
  size_t columns;
};

// The rows from `first` on.
static inline Int8Rows rows_from(Int8Rows rows, size_t first) {
  rows.q += first * rows.byte_stride;
  rows.scales += first * rows.group_stride;
  rows.sums += first * rows.group_stride;
  rows.halves += 2 * first * rows.group_stride;
  return rows;
}

static inline size_t int8_byte_stride(size_t columns) {
  return (columns + 63) / 64 * 64;
}
static inline size_t int8_group_stride(size_t columns) {
  return (columns / kInt8Group + 15) / 16 * 16;
}

// Tokens that one call of a row function takes at most.
inline constexpr size_t kInt8Tokens = 4;

// out[t * out_stride] = row · x[first_token + t] for t < tokens ≤ kInt8Tokens.
using Int8DotRow = void (*)(const std::byte* row, const Int8Rows& x, size_t first_token,
                            size_t tokens, float* out, size_t out_stride);

}  // namespace lacuna::cpu
