#include "mla_decode.h"

#include "mla_splits.cuh"
#include "quantize.cuh"
#include "reduce.cuh"
#include "vectors.cuh"

namespace lacuna::kernels {
namespace {

constexpr uint32_t kWarps = kMlaCombineThreads / kWarp;
constexpr uint32_t kEach = kMlaMostSplits / kWarp;  // splits of a lane
constexpr uint32_t kAhead = 8;                      // splits whose latents are on their way at once
static_assert(kMlaMostRank <= 4 * kMlaCombineThreads && kMlaMostSplits % kWarp == 0);

struct Weights {
  float of[kWarps][kMlaMostSplits];  // each warp's own
};

// What each split's sums count in the whole. All lanes of the warp.
LACUNA_DEVICE void weigh(const SoftmaxState* from, uint32_t splits,
                         float (&weights)[kMlaMostSplits] LACUNA_SITE) {
  SoftmaxState states[kEach];
  float maximum = -INFINITY, sum = 0;
  LACUNA_UNROLL
  for (uint32_t e = 0; e < kEach; ++e) {
    const uint32_t split = e * kWarp + lane_index();
    states[e] = split < splits ? load(from + split LACUNA_AT) : SoftmaxState{-INFINITY, 0};
    maximum = fmaxf(maximum, states[e].maximum);
  }
  maximum = warp_max(maximum LACUNA_AT);
  LACUNA_UNROLL
  for (uint32_t e = 0; e < kEach; ++e) {
    states[e].maximum = expf(states[e].maximum - maximum);
    sum += states[e].maximum * states[e].sum;
  }
  sum = warp_sum(sum LACUNA_AT);
  LACUNA_UNROLL
  for (uint32_t e = 0; e < kEach; ++e) {
    weights[e * kWarp + lane_index()] = states[e].maximum / sum;
  }
  warp_barrier(LACUNA_ONLY_AT);
}

}  // namespace

// Four values a thread.
LACUNA_KERNEL(mla_combine, MlaCombineParams, kMlaCombineThreads, 8) {
  const uint32_t i = threadIdx.x * 4, length = load(p.positions + blockIdx.y) + 1;
  if (warp_index() * kWarp * 4 >= p.rank) return;
  const uint32_t of_split = mla_split_length(length), splits = (length + of_split - 1) / of_split;
  const uint32_t row = blockIdx.y * gridDim.x + blockIdx.x;
  const uint64_t first = static_cast<uint64_t>(row) * p.parts.splits;
  float (&weights)[kMlaMostSplits] = shared_memory<Weights>().of[warp_index()];
  weigh(p.parts.states + first, splits, weights);

  float out[4] = {};
  for (uint32_t begin = 0; begin < splits; begin += kAhead) {
    float x[kAhead][4] = {};
    LACUNA_UNROLL
    for (uint32_t a = 0; a < kAhead; ++a) {
      if (begin + a >= splits) break;
      load4(p.parts.latents + (first + begin + a) * p.rank, i, p.rank, true, x[a]);
    }
    LACUNA_UNROLL
    for (uint32_t a = 0; a < kAhead; ++a) {
      if (begin + a >= splits) break;
      LACUNA_UNROLL
      for (int j = 0; j < 4; ++j) out[j] += weights[begin + a] * x[a][j];
    }
  }
  if (p.out != nullptr) {
    store4(p.out + static_cast<uint64_t>(row) * p.rank, i, p.rank, true, out);
  }
  if (p.rows.high != nullptr) quantize_group(out, p.rows, row, i, p.rank, i < p.rank);
}

}  // namespace lacuna::kernels
