// Matrix products in bfloat16 with float32 sums, for many tokens: weights unpacked row by row,
// activations packed once in the order in which the tile unit reads them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "format/tensor_type.h"

namespace lacuna::cpu {

inline constexpr size_t kTileTokens = 16;   // tokens of one packed tile
inline constexpr size_t kTileColumns = 32;  // columns of one packed tile
inline constexpr size_t kTileRows = 32;     // weight rows that are unpacked and multiplied together

// Packed activations: tiles of 16 tokens × 32 columns, [token tiles, column tiles, 16 column pairs,
// 16 tokens, 2]. Tokens beyond the last are zero.
inline size_t packed_bf16_size(size_t tokens, size_t columns) {
  return (tokens + kTileTokens - 1) / kTileTokens * kTileTokens * columns;
}

struct Bf16Kernels {
  // Weight blocks as bfloat16, rounded to nearest even from their float32 values. Null for F32 and
  // F16, which would lose precision. `out` holds `elements` values.
  void (*(*unpack)(TensorType type))(const std::byte* blocks, uint16_t* out, size_t elements);

  // x [tokens, columns] with `x_stride` → packed; columns a multiple of 32. Packs token tiles
  // [first_tile, last_tile).
  void (*pack)(const float* x, size_t x_stride, size_t tokens, size_t columns, size_t first_tile,
               size_t last_tile, uint16_t* packed);

  // out[t * out_stride + r] = rows[r] · x[t] for r < kTileRows rows of `columns` (a multiple of 32)
  // unpacked weights, t < tokens. Only the first `valid_rows` rows are written. Needs `enter` on
  // this thread.
  void (*multiply)(const uint16_t* rows, size_t valid_rows, const uint16_t* packed, size_t tokens,
                   size_t columns, float* out, size_t out_stride);

  // Readies the tile unit on this thread, and hands it back.
  void (*enter)();
  void (*leave)();
};

// Null where the CPU or the operating system has no AMX with bfloat16. Asks the system for the tile
// registers.
const Bf16Kernels* amx_kernels();

}  // namespace lacuna::cpu
