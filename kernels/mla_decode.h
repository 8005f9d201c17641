// Latent attention in its absorbed form, for few rows: all heads of a row read the same latents, so
// the cache is read once for sixteen of them. The cached positions of a row are split between
// blocks, and a second kernel joins what they found ("flash decoding"). Shared by kernels and host.
#pragma once

#include "int16_rows.h"
#include "kv_cache.h"
#include "softmax_state.h"

namespace lacuna::kernels {

inline constexpr uint32_t kMlaDecodeThreads = 256;
inline constexpr uint32_t kMlaDecodeHeads = 16;      // of one block
inline constexpr uint32_t kMlaDecodePositions = 16;  // of one stage of its pipeline
inline constexpr uint32_t kMlaMostSplits = 64;

// The positions of one split depend on nothing but the length of the row's context: kMlaShortSplit
// up to kMlaShortContext positions; from there on the least power of two, not below kMlaLongSplit,
// that makes kMlaMostSplits of them or fewer. (Longer ones than at first: what splits hand on costs
// bytes, too.)
inline constexpr uint32_t kMlaShortSplit = 64, kMlaLongSplit = 128, kMlaShortContext = 2048;

// The most splits that a row of up to `context` positions is cut into: gridDim.x of a launch that
// serves them all, so that one graph does for every depth.
constexpr uint32_t mla_most_splits(uint32_t context) {
  const uint32_t shorter = context < kMlaShortContext ? context : kMlaShortContext;
  const uint32_t of_short = (shorter + kMlaShortSplit - 1) / kMlaShortSplit;
  const uint32_t of_long = context / kMlaLongSplit + (context % kMlaLongSplit != 0);
  const uint32_t most = of_short > of_long ? of_short : of_long;
  return most < kMlaMostSplits ? most : kMlaMostSplits;
}

// What the splits of a pass hand to `mla_combine`; only the splits that a row has are ever touched.
struct MlaParts {
  float* latents;  // [rows, heads, splits, rank]: Σ exp(score - maximum) * latent; aligned to 16
  SoftmaxState* states;  // [rows, heads, splits]
  uint32_t splits;       // mla_most_splits of the longest context that a launch may meet
};

constexpr uint64_t mla_parts_latents_bytes(uint64_t rows, uint32_t heads, uint32_t rank,
                                           uint32_t splits) {
  return rows * heads * splits * rank * sizeof(float);
}
constexpr uint64_t mla_parts_states_bytes(uint64_t rows, uint32_t heads, uint32_t splits) {
  return rows * heads * splits * sizeof(SoftmaxState);
}

// Kernels `mla_decode_f16` and `mla_decode_f32`: each row attends to positions 0 … its own, which
// is in the cache already. Block (x, y, z) does split x, heads kMlaDecodeHeads * y …, row z; where
// the row has fewer splits it has nothing to do. `…_f16` multiplies queries in two halves each, so
// they are below 65504; `…_f32` floats in their full precision. A row's result does not depend on
// the others. Dynamic shared memory: mla_decode_shared_bytes.
struct MlaDecodeParams {
  const float* q_latent;  // [rows, heads, rank]: W_UK^T q of the nope part, scaled; aligned to 8
  const float* q;         // [rows, heads, nope_dim + rope_dim], turned and scaled; aligned to 8
  PassRows at;            // without angles
  KvCacheView cache;
  MlaParts parts;
  uint32_t heads;
  uint32_t nope_dim;
  uint32_t rope_dim;
  uint32_t rank;
};

// gridDim.y
constexpr uint32_t mla_decode_head_tiles(uint32_t heads) {
  return (heads + kMlaDecodeHeads - 1) / kMlaDecodeHeads;
}

// Stages by the size of a cache value, 2 or 4 bytes.
constexpr uint32_t mla_decode_stages(uint32_t value_bytes) {
  return value_bytes == 2 ? 3 : 2;
}

// Values between one cached row and the next in shared memory: beside whole sixteens of values they
// keep rows that are read together in different banks.
inline constexpr uint32_t kMlaDecodePadding = 8;
constexpr uint32_t mla_decode_row_bytes(uint32_t value_bytes, uint32_t rank, uint32_t rope_dim) {
  return (rank + rope_dim + kMlaDecodePadding) * value_bytes;
}

constexpr uint32_t mla_decode_shared_bytes(uint32_t value_bytes, uint32_t rank, uint32_t rope_dim) {
  return mla_decode_stages(value_bytes) * kMlaDecodePositions *
         mla_decode_row_bytes(value_bytes, rank, rope_dim);
}

// With what the kernel has beside it (10 KiB), as much as a block may have from compute capability
// 8.6 on.
static_assert(mla_decode_shared_bytes(2, kMlaMostRank, kMlaMostRope) <= 89 * 1024);
static_assert(mla_decode_shared_bytes(4, kMlaMostRank, kMlaMostRope) <= 89 * 1024);

inline constexpr uint32_t kMlaCombineThreads = 128;

// Kernel `mla_combine`, block (x, y) does head x of row y: the attended latents, divided by their
// sums (zeros for a row without a position), as floats, as 16-bit rows (then the rank is a multiple
// of 32), or both.
struct MlaCombineParams {
  MlaParts parts;
  const uint32_t* positions;  // [rows]
  float* out;                 // [rows, heads, rank], aligned to 16, or null
  Int16Rows rows;             // [rows * heads, rank], or null
  uint32_t rank;
};

}  // namespace lacuna::kernels
