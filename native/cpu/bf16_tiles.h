// Matrix products in bfloat16 with float32 sums, for many tokens: weights unpacked row by row,
// activations packed once in the order in which the tile unit reads them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "format/tensor_type.h"

namespace lacuna::cpu {

inline constexpr size_t kTileTokens = 16;   // tokens of one packed tile
inline constexpr size_t kTileColumns = 32;  // columns of one packed tile
inline constexpr size_t kTileRows = 64;     // weight rows that are unpacked and multiplied together

// Tokens that share one unpacking of the weights: as many as leave the packed activations of a wide
// layer in the second-level cache.
inline constexpr size_t kTileBatch = 256;

// Columns that are unpacked together: with kTileRows rows they fill two thirds of the first-level
// cache. A multiple of every weight block.
inline constexpr size_t kTileDepth = 256;

// Floats of scratch for one product: the unpacked weights and the sums so far.
inline constexpr size_t kTileScratch = kTileRows * kTileDepth / 2 + kTileRows * kTileBatch;

// Packed activations: tiles of 16 tokens × 32 columns, [batches of kTileBatch tokens, blocks of
// kTileDepth columns, token tiles, column tiles, 16 column pairs, 16 tokens, 2]: what a product
// reads for one block of weights lies together. Tokens beyond the last are zero.
inline size_t packed_bf16_size(size_t tokens, size_t columns) {
  return (tokens + kTileTokens - 1) / kTileTokens * kTileTokens * columns;
}

// Writes `columns` weights of one row, in bfloat16 rounded to nearest even from their float32
// values; each 32 of them 512 values further: one row of consecutive tiles.
using UnpackTileRow = void (*)(const std::byte* blocks, uint16_t* out, size_t columns);

// A product of `rows` ≤ kTileRows weight rows, `row_bytes` apart, by `tokens` ≤ kTileBatch packed
// tokens: out[t * out_stride + r].
struct TileProduct {
  UnpackTileRow unpack;
  const std::byte* weights;
  size_t row_bytes;
  size_t rows;
  size_t columns;  // a multiple of 32
  const uint16_t* packed;
  size_t tokens;
  float* out;
  size_t out_stride;
  float* scratch;  // [kTileScratch], aligned to 64 bytes
};

struct Bf16Kernels {
  // Null for F32 and F16, which would lose precision.
  UnpackTileRow (*unpack)(TensorType type);

  // x [tokens, columns] with `x_stride` → packed; columns a multiple of 32. Packs token tiles
  // [first_tile, last_tile).
  void (*pack)(const float* x, size_t x_stride, size_t tokens, size_t columns, size_t first_tile,
               size_t last_tile, uint16_t* packed);

  // A result is summed in the order of the columns, so it does not depend on what else is in the
  // product. Needs `enter` on this thread.
  void (*multiply)(const TileProduct& product);

  // Readies the tile unit on this thread, and hands it back.
  void (*enter)();
  void (*leave)();
};

// Null where the CPU or the operating system has no AMX with bfloat16. Asks the system for the tile
// registers.
const Bf16Kernels* amx_kernels();

}  // namespace lacuna::cpu
