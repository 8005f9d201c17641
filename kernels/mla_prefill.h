// Latent attention in its decompressed form, for many rows of one sequence: keys and values of a
// slice of positions are made once, by products of the weights and the gathered latents, and all
// rows attend to them with an online softmax. What is carried from slice to slice keeps scratch
// bounded whatever the context. Shared by kernels and host.
#pragma once

#include "kv_cache.h"
#include "softmax_state.h"

namespace lacuna::kernels {

inline constexpr uint32_t kMlaPrefillThreads = 128;
inline constexpr uint32_t kMlaPrefillRows = 64;  // of one block

// Kernels `mla_prefill_f16` and `mla_prefill_f32`, which multiply halves (so queries, keys and
// values are below 65504), or floats in their full precision. Row t stands at position
// first_position + t, and sees keys up to its own. Block (x, y) does kMlaPrefillRows rows of head
// y. A launch adds the keys of one slice: slices come in order, without gaps, from position 0 up to
// the last row's own, and a block's rows are done with the slice that holds the last of their
// positions: `out` is then what they attended to. Slices that come after it cost them nothing.
// Dynamic shared memory: mla_prefill_shared_bytes.
struct MlaPrefillParams {
  const float* q;         // [rows, heads, nope_dim + rope_dim], turned and scaled; aligned to 16
  const float* keys;      // [keys, heads, nope_dim] of the slice, aligned to 16
  const float* values;    // [keys, heads, value_dim] of the slice, aligned to 16
  KvCacheView cache;      // for the rotated keys
  const uint32_t* pages;  // of the sequence: page p holds positions 64p … 64p + 63
  float* out;             // [rows, heads, value_dim], aligned to 8; sums until a row is done
  SoftmaxState* states;   // [rows, heads]; needs nothing in it before the first slice
  uint32_t rows;
  uint32_t first_position;
  uint32_t first_key;  // position of the slice's first key
  uint32_t key_count;  // > 0
  uint32_t heads;
  uint32_t nope_dim;
  uint32_t rope_dim;
  uint32_t value_dim;
  uint32_t rank;
};

// gridDim.x
constexpr uint32_t mla_prefill_row_tiles(uint32_t rows) {
  return (rows + kMlaPrefillRows - 1) / kMlaPrefillRows;
}

constexpr uint64_t mla_states_bytes(uint64_t rows, uint32_t heads) {
  return rows * heads * sizeof(SoftmaxState);
}

// Keys that a block works on at once, by the size of a cache value, 2 or 4 bytes.
constexpr uint32_t mla_prefill_keys(uint32_t value_bytes) {
  return value_bytes == 2 ? 32 : 16;
}

// Rows in shared memory are a few values longer than what they hold: those that are read together
// then lie in different banks. Halves: what is copied, as it comes, and keys and values made of it;
// the next keys come meanwhile. Floats: the queries, and two stages of keys and values.
constexpr uint32_t mla_prefill_shared_bytes(uint32_t value_bytes, uint32_t nope_dim,
                                            uint32_t rope_dim, uint32_t value_dim) {
  const uint32_t keys = mla_prefill_keys(value_bytes), width = nope_dim + rope_dim;
  return value_bytes == 2
             ? keys * (4 * (nope_dim + value_dim) + 2 * rope_dim + 2 * (width + 8 + value_dim + 8))
             : 4 * (kMlaPrefillRows * (width + 8) + 2 * keys * (width + 8 + value_dim + 4));
}

// As much as a block may have from compute capability 8.6 on.
static_assert(mla_prefill_shared_bytes(2, kMlaMostNope, kMlaMostRope, kMlaMostValue) <= 99 * 1024);
static_assert(mla_prefill_shared_bytes(4, kMlaMostNope, kMlaMostRope, kMlaMostValue) <= 99 * 1024);

}  // namespace lacuna::kernels
