// Matrix products in bfloat16 with float32 sums, for many tokens: weights unpacked row by row,
// activations packed once in the order in which the tile unit reads them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "format/tensor_type.h"

namespace lacuna::cpu {

inline constexpr size_t kTileTokens = 16;   // tokens of one packed tile
inline constexpr size_t kTileColumns = 32;  // columns of one packed tile
inline constexpr size_t kPanelRows = 32;    // most weight rows that are unpacked together

// Tokens that share one unpacking of the weights: as many as leave the packed activations of a wide
// layer in the second-level cache, beside two panels.
inline constexpr size_t kTileBatch = 256;

// Columns of a panel, at most: two panels take an eighth of the second-level cache. A multiple of
// every weight block.
inline constexpr size_t kTileDepth = 2048;

// Floats of scratch for one product: two panels of bfloat16, and the sums of two matrices.
inline constexpr size_t kPanelScratch = kPanelRows * kTileDepth;
inline constexpr size_t kTileScratch = kPanelScratch + 2 * kPanelRows * kTileBatch;

// Packed activations: tiles of 16 tokens × 32 columns, [batches of kTileBatch tokens, blocks of
// kTileDepth columns, token tiles, column tiles, 16 column pairs, 16 tokens, 2]. Tokens beyond the
// last are zero.
inline size_t packed_bf16_size(size_t tokens, size_t columns) {
  return (tokens + kTileTokens - 1) / kTileTokens * kTileTokens * columns;
}

// Writes `columns` weights of one row, in bfloat16 rounded to nearest even from their float32
// values; each 32 of them 512 values further: one row of consecutive tiles.
using UnpackTileRow = void (*)(const std::byte* blocks, uint16_t* out, size_t columns);

// Rows of a weight matrix, `row_bytes` apart.
struct TileRows {
  UnpackTileRow unpack;
  const std::byte* data;
  size_t row_bytes;
};

// What is multiplied: `rows` weight rows of `columns` (a multiple of 32) by `tokens` ≤ kTileBatch
// packed tokens.
struct TileProduct {
  size_t rows;
  size_t columns;
  const uint16_t* packed;
  size_t tokens;
  float* scratch;  // [kTileScratch], aligned to 64 bytes
};

struct Bf16Kernels {
  // Null for F32 and F16, which would lose precision.
  UnpackTileRow (*unpack)(TensorType type);

  // Packs token tiles [first_tile, last_tile) of x [tokens, columns]; columns a multiple of 32.
  // Token t is the row `rows[t]` of x, or t where `rows` is null.
  void (*pack)(const float* x, size_t x_stride, const uint32_t* rows, size_t tokens, size_t columns,
               size_t first_tile, size_t last_tile, uint16_t* packed);

  // A result is summed in the order of the columns, so it does not depend on what else is in the
  // product. Both need `enter` on this thread.

  // out[t * out_stride + r] = weight row r · token t.
  void (*multiply)(const TileProduct& product, const TileRows& weights, float* out,
                   size_t out_stride);

  // silu(gate row r · token t) * (up row r · token t), packed as column first_column + r of inputs
  // of `inner_columns`. Rows and first_column are multiples of 32.
  void (*multiply_gated)(const TileProduct& product, const TileRows& gate, const TileRows& up,
                         uint16_t* inner, size_t inner_columns, size_t first_column);

  // Readies the tile unit on this thread, and hands it back.
  void (*enter)();
  void (*leave)();
};

// Null where the CPU or the operating system has no AMX with bfloat16. Asks the system for the tile
// registers.
const Bf16Kernels* amx_kernels();

}  // namespace lacuna::cpu
