#include "gather_latent.h"

#include "cache_formats.cuh"
#include "quantize.cuh"

namespace lacuna::kernels {
namespace {

template <class Cache>
LACUNA_DEVICE void gather_latent(const GatherLatentParams& p) {
  constexpr uint32_t kStep = 4 * kWarp;
  const uint32_t row = blockIdx.x * kGatherLatentRows + warp_index();
  if (row >= p.count) return;
  const auto* from = cache_row<Cache>(p.cache, p.pages, p.first + row);
  for (uint32_t begin = 0; begin < p.rank; begin += kStep) {
    const uint32_t i = begin + lane_index() * 4;
    const bool valid = i < p.rank;
    float x[4] = {};
    if (valid) Cache::load4(from + i, x);
    if (p.out != nullptr) store4(p.out + static_cast<uint64_t>(row) * p.rank, i, p.rank, true, x);
    if (p.rows.high != nullptr) quantize_group(x, p.rows, row, i, p.rank, valid);
  }
}

}  // namespace

LACUNA_KERNEL(gather_latent_f16, GatherLatentParams, kGatherLatentThreads, 8) {
  gather_latent<F16Cache>(p);
}
LACUNA_KERNEL(gather_latent_f32, GatherLatentParams, kGatherLatentThreads, 8) {
  gather_latent<F32Cache>(p);
}

}  // namespace lacuna::kernels
