#include "append_latent.h"

#include "cache_formats.cuh"
#include "reduce.cuh"
#include "rotate.cuh"

namespace lacuna::kernels {
namespace {

static_assert(kMlaMostRank <= 4 * kAppendLatentThreads && kMlaMostRope <= 4 * kAppendLatentThreads);

// Four values a thread: first of the latent, then of the key.
template <class Cache>
LACUNA_DEVICE void append_latent(const AppendLatentParams& p) {
  const uint32_t row = blockIdx.x, i = threadIdx.x * 4, position = load(p.at.positions + row);
  if (position == kNoPosition) return;
  const uint32_t* pages =
      p.at.page_table + static_cast<uint64_t>(load(p.at.sequences + row)) * p.at.table_stride;
  auto* out = cache_row<Cache>(p.cache, pages, position);
  const float* kv = p.kv + static_cast<uint64_t>(row) * p.kv_stride;

  float x[4], weight[4];
  load4(kv, i, p.rank, true, x);
  load4(p.weight, i, p.rank, true, weight);
  float squares = 0;
  LACUNA_UNROLL
  for (int j = 0; j < 4; ++j) squares += x[j] * x[j];
  const float mean = block_sum(squares, shared_memory<BlockScratch>()) / static_cast<float>(p.rank);
  const float factor = 1.0f / sqrtf(mean + p.epsilon);
  LACUNA_UNROLL
  for (int j = 0; j < 4; ++j) x[j] *= factor * weight[j];
  if (i < p.rank) Cache::store4(out + i, x);

  if (i >= p.rope_dim) return;
  load4(kv + p.rank, i, p.rope_dim, true, x);
  rotate4(p.at, row, p.rope_dim, i, x);
  Cache::store4(out + p.rank + i, x);
}

}  // namespace

LACUNA_KERNEL(append_latent_f16, AppendLatentParams, kAppendLatentThreads, 8) {
  append_latent<F16Cache>(p);
}
LACUNA_KERNEL(append_latent_f32, AppendLatentParams, kAppendLatentThreads, 8) {
  append_latent<F32Cache>(p);
}

}  // namespace lacuna::kernels
