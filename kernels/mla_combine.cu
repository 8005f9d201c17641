#include "mla_decode.h"

#include "mla_splits.cuh"
#include "quantize.cuh"
#include "reduce.cuh"
#include "vectors.cuh"

namespace lacuna::kernels {

// Four values a thread. Each warp weighs the splits for itself: lane i knows splits i and i + 32.
LACUNA_KERNEL(mla_combine, MlaCombineParams, kMlaCombineThreads, 8) {
  constexpr uint32_t kEach = kMlaMostSplits / kWarp;
  static_assert(kMlaMostRank <= 4 * kMlaCombineThreads && kMlaMostSplits % kWarp == 0);
  const uint32_t i = threadIdx.x * 4, length = load(p.positions + blockIdx.y) + 1;
  if (warp_index() * kWarp * 4 >= p.rank) return;
  const uint32_t of_split = mla_split_length(length), splits = (length + of_split - 1) / of_split;
  const uint32_t row = blockIdx.y * gridDim.x + blockIdx.x;
  const uint64_t first = static_cast<uint64_t>(row) * p.parts.splits;

  SoftmaxState states[kEach];
  float maximum = -INFINITY;
  LACUNA_UNROLL
  for (uint32_t e = 0; e < kEach; ++e) {
    const uint32_t split = e * kWarp + lane_index();
    states[e] = split < splits ? load(p.parts.states + first + split) : SoftmaxState{-INFINITY, 0};
    maximum = fmaxf(maximum, states[e].maximum);
  }
  maximum = warp_max(maximum);
  float weights[kEach], sum = 0;
  LACUNA_UNROLL
  for (uint32_t e = 0; e < kEach; ++e) {
    weights[e] = expf(states[e].maximum - maximum);
    sum += weights[e] * states[e].sum;
  }
  sum = warp_sum(sum);

  float out[4] = {};
  LACUNA_UNROLL
  for (uint32_t e = 0; e < kEach; ++e) {
    for (uint32_t lane = 0; lane < kWarp && e * kWarp + lane < splits; ++lane) {
      const float weight = shuffle(weights[e], lane) / sum;
      float x[4];
      load4(p.parts.latents + (first + e * kWarp + lane) * p.rank, i, p.rank, true, x);
      LACUNA_UNROLL
      for (int j = 0; j < 4; ++j) out[j] += weight * x[j];
    }
  }
  if (p.out != nullptr) {
    store4(p.out + static_cast<uint64_t>(row) * p.rank, i, p.rank, true, out);
  }
  if (p.rows.high != nullptr) quantize_group(out, p.rows, row, i, p.rank, i < p.rank);
}

}  // namespace lacuna::kernels
