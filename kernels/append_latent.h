// What the cache keeps of the rows of a pass. Shared by kernels and host.
#pragma once

#include "kv_cache.h"

namespace lacuna::kernels {

inline constexpr uint32_t kAppendLatentThreads = 128;

// Kernels `append_latent_f16` and `append_latent_f32`, one block a row: the latent through RMSNorm
// (x / sqrt(mean(x²) + epsilon) * weight), the key turned by the row's angles, pair (2i, 2i + 1) by
// angle i; both into the cache at the row's position.
struct AppendLatentParams {
  const float* kv;      // [rows, kv_stride]: rank values of latent, then rope_dim of key
  uint32_t kv_stride;   // a multiple of 4
  const float* weight;  // [rank], aligned to 16
  float epsilon;
  PassRows at;
  KvCacheView cache;
  uint32_t rank;
  uint32_t rope_dim;
};

}  // namespace lacuna::kernels
