// Latents out of the cache, to be decompressed. Shared by kernels and host.
#pragma once

#include "int16_rows.h"
#include "kv_cache.h"

namespace lacuna::kernels {

inline constexpr uint32_t kGatherLatentThreads = 128;
inline constexpr uint32_t kGatherLatentRows = kGatherLatentThreads / 32;  // of one block

// Kernels `gather_latent_f16` and `gather_latent_f32`, a warp a row: the latents of positions first
// … first + count - 1 of one sequence, side by side.
struct GatherLatentParams {
  KvCacheView cache;
  const uint32_t* pages;  // of the sequence: page p holds positions 64p … 64p + 63
  uint32_t first, count;
  float* out;      // [count, rank], aligned to 16, or null
  Int16Rows rows;  // [count, rank], or null; wants the rank to be a multiple of 32
  uint32_t rank;
};

// gridDim.x
constexpr uint32_t gather_latent_blocks(uint32_t count) {
  return (count + kGatherLatentRows - 1) / kGatherLatentRows;
}

}  // namespace lacuna::kernels
