#include "combine_experts.h"

#include "expert_placement.cuh"
#include "vectors.cuh"

namespace lacuna::kernels {

LACUNA_KERNEL(combine_experts, CombineExpertsParams, kCombineExpertsThreads, 4) {
  const uint32_t token = blockIdx.y, i = blockIdx.x * kCombineExpertsColumns + threadIdx.x * 4;
  const bool aligned = p.columns % 4 == 0;
  float sum[4] = {};
  for (uint32_t s = 0; s < p.used; ++s) {
    const uint32_t entry = token * p.used + s;
    if (!is_on_device(p.placement, entry)) continue;
    const float weight = load(p.weights + entry);
    float y[4];
    load4(p.y + static_cast<uint64_t>(entry) * p.columns, i, p.columns, aligned, y);
    LACUNA_UNROLL
    for (int j = 0; j < 4; ++j) sum[j] += weight * y[j];
  }
  store4(p.out + static_cast<uint64_t>(token) * p.columns, i, p.columns, aligned, sum);
}

}  // namespace lacuna::kernels
