// Latent attention on the tile unit, over a cache of bfloat16 rows.
//   absorbed      sixteen heads of one token share a tile: a cache row is read once for all of
//   them. decompressed  sixteen tokens of one head share a tile: keys and values of a block of
//   positions
//                 are computed once per head and used by all tokens of the pass.
#pragma once

#include <cstddef>
#include <cstdint>

#include "cpu/int8_kv_row.h"

namespace lacuna::cpu {

inline constexpr size_t kTileHeads = 16;  // heads of one tile; fewer are padded with zeros
inline constexpr size_t kTilePage = 64;   // positions whose rows lie side by side
// Cached positions whose scores are computed together.
inline constexpr size_t kAttentionBlock = 2 * kTilePage;

// The dimensions that fit: rank a multiple of 32, rank + rope a multiple of 32.
struct TileAttentionShape {
  size_t rank;
  size_t width;  // rank + rope: values of a cache row
};

// Cache rows in pages, as bfloat16 or as int8 rows; position p is row p % kTilePage of page
// pages[p / kTilePage].
struct TileCache {
  const std::byte* first;  // page 0
  size_t page_bytes;       // from one page to the next
  const uint32_t* pages;
  bool is_int8;
  Int8KvRow row;  // row.width holds for bfloat16, too

  size_t row_bytes() const { return is_int8 ? row.bytes() : row.width * sizeof(uint16_t); }
  const std::byte* at(size_t position) const {
    return first + pages[position / kTilePage] * page_bytes + position % kTilePage * row_bytes();
  }
};

// Running state of `tokens` tokens for sixteen heads: softmax(scores) · c so far, not yet divided
// by the total.
struct TileAttentionState {
  float* maxima;  // [tokens, 16] largest score so far
  float* totals;  // [tokens, 16] Σ exp(score - maximum)
  float* sums;    // [tokens, 16, rank] Σ exp(score - maximum) * c
};

// Floats of scratch for one call.
size_t tile_attention_scratch(const TileAttentionShape& shape);

struct TileAttentionKernels {
  // Clears the state of `tokens` tokens.
  void (*reset)(const TileAttentionShape& shape, size_t tokens, const TileAttentionState& state);

  // Adds cached positions [first, last), first a multiple of kAttentionBlock, to `tokens` tokens,
  // of which token t sees positions up to first_position + t. `queries` holds each token's sixteen
  // heads as packed tiles (see bf16_tiles.h), scaled, [tokens, 16 * width]. Needs the tile unit.
  void (*add)(const TileAttentionShape& shape, const uint16_t* queries, size_t tokens,
              size_t first_position, const TileCache& cache, size_t first, size_t last,
              const TileAttentionState& state, float* scratch);

  // Joins `parts` states of one token, `part_stride` tokens apart, and divides by the total: out
  // [16, rank].
  void (*combine)(const TileAttentionShape& shape, const TileAttentionState& state, size_t token,
                  size_t parts, size_t part_stride, float* out);

  // x [columns] as bfloat16, rounded to nearest even.
  void (*to_bf16)(const float* x, size_t columns, uint16_t* out);
};

// One head's dimensions: rank a multiple of 32.
struct DecompressedShape {
  size_t rank, nope, rope, value;

  size_t key_width() const { return (nope + rope + 31) / 32 * 32; }
  size_t value_width() const { return (value + 31) / 32 * 32; }
  size_t padded_nope() const { return (nope + 15) / 16 * 16; }
  // Keys as rows, and values as the tiles that `interleave` makes: a block's worth of each.
  size_t keys() const { return kAttentionBlock * key_width(); }
  size_t values() const { return kAttentionBlock * value_width(); }
  // W_UK and W_UV as right operands, bfloat16.
  size_t weights() const { return rank * (padded_nope() + value_width()); }
  // What the softmax needs: the values stand where latents stand in the absorbed form.
  TileAttentionShape softmax() const { return {value_width(), key_width()}; }
};

// Floats of scratch for `expand`: products, values as rows, and cache rows in bfloat16.
inline size_t expand_scratch(const DecompressedShape& shape, size_t row_width) {
  return 32 * (shape.padded_nope() + shape.value_width()) +
         kAttentionBlock * shape.value_width() / 2 + 32 * row_width / 2;
}

struct TileDecompressKernels {
  // One head's W_UK^T [rank, nope] and W_UV [value, rank] → `out` [shape.weights()].
  void (*prepare)(const DecompressedShape& shape, const float* w_uk, const float* w_uv,
                  uint16_t* out);

  // Keys [count ≤ kAttentionBlock, key_width] and values as tiles of the positions from `first`, a
  // multiple of kAttentionBlock. `scratch`: see expand_scratch. Needs the tile unit.
  void (*expand)(const DecompressedShape& shape, const TileCache& cache, size_t first, size_t count,
                 const uint16_t* weights, uint16_t* keys, uint16_t* values, float* scratch);

  // Adds those positions to sixteen tokens; lane l sees positions up to first_position + l.
  // `queries`: the tokens' rows [nope | rope | 0] as one packed tile; `scratch` as for absorbed.
  void (*add)(const DecompressedShape& shape, const uint16_t* queries, size_t first_position,
              const uint16_t* keys, const uint16_t* values, size_t first, size_t count,
              const TileAttentionState& state, float* scratch);
};

// Null where the CPU has no AMX with bfloat16.
const TileAttentionKernels* tile_attention_kernels();
const TileDecompressKernels* tile_decompress_kernels();

}  // namespace lacuna::cpu
