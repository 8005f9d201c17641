// The largest logits by a tournament: runs of 64 are sorted, then of two runs the better half is
// kept until one run is left. A candidate is a 64-bit key, the logit's order above the id's
// complement, so no two are equal and the outcome does not depend on who meets whom. 0 is none.
#include "logit_candidates.h"

#include "float_order.cuh"
#include "reduce.cuh"

namespace lacuna::kernels {
namespace {

constexpr uint32_t kRun = kCandidates;
constexpr uint32_t kOfThread = kLogitSlice / kLogitCandidatesThreads;
constexpr float kImpossible = -__builtin_huge_valf(), kLargest = 3.4028234663852886e38f;
static_assert(kRun == 2 * kWarp && kMostLogitSlices * kRun <= kLogitSlice);

struct Memory {
  uint64_t keys[kLogitSlice];
  BlockScratch maximum, sum;
};

// All pairs of a run that are `stride` apart, the better one first where bit `size` of its index is
// not set.
LACUNA_DEVICE void exchange_pairs(uint64_t* run, uint32_t size, uint32_t stride LACUNA_SITE) {
  const uint32_t lane = lane_index(), i = lane / stride * 2 * stride + lane % stride;
  const uint64_t a = run[i], b = run[i + stride];
  if ((a < b) == ((i & size) == 0)) {
    run[i] = b;
    run[i + stride] = a;
  }
  warp_barrier(LACUNA_ONLY_AT);
}

LACUNA_DEVICE void sort_run(uint64_t* run LACUNA_SITE) {
  for (uint32_t size = 2; size <= kRun; size *= 2) {
    for (uint32_t stride = size / 2; stride > 0; stride /= 2) {
      exchange_pairs(run, size, stride LACUNA_AT);
    }
  }
}

// The best of two sorted runs, sorted, in the first one's place: the better of a's ith and b's ith
// from its end rise and fall once, which half of a sort brings in order.
LACUNA_DEVICE void merge_runs(uint64_t* a, const uint64_t* b LACUNA_SITE) {
  for (uint32_t i = lane_index(); i < kRun; i += kWarp) {
    const uint64_t other = b[kRun - 1 - i];
    if (a[i] < other) a[i] = other;
  }
  warp_barrier(LACUNA_ONLY_AT);
  for (uint32_t stride = kRun / 2; stride > 0; stride /= 2) {
    exchange_pairs(a, kRun, stride LACUNA_AT);
  }
}

// The best of `runs` sorted runs becomes the first. The runs must be there for all to see; so is
// the result.
LACUNA_DEVICE void keep_best(uint64_t* keys, uint32_t runs LACUNA_SITE) {
  for (uint32_t apart = 1; apart < runs; apart *= 2) {
    for (uint32_t left = warp_index() * 2 * apart; left + apart < runs;
         left += blockDim.x / kWarp * 2 * apart) {
      merge_runs(keys + left * kRun, keys + (left + apart) * kRun LACUNA_AT);
    }
    block_barrier(LACUNA_ONLY_AT);
  }
}

// exp(x - maximum), and 1 where both are -infinity.
LACUNA_DEVICE float share(float x, float maximum) {
  return x == maximum ? 1.0f : expf(x - maximum);
}

}  // namespace

LACUNA_KERNEL(slice_logits, LogitCandidatesParams, kLogitCandidatesThreads, 2) {
  auto& memory = shared_memory<Memory>();
  const uint32_t first = blockIdx.x * kLogitSlice;
  const uint32_t left = p.vocabulary - first, count = left < kLogitSlice ? left : kLogitSlice;
  const float* logits = p.logits + static_cast<uint64_t>(blockIdx.y) * p.stride + first;

  float x[kOfThread];
  float maximum = kImpossible;
  LACUNA_UNROLL
  for (uint32_t j = 0; j < kOfThread; ++j) {
    const uint32_t i = j * kLogitCandidatesThreads + threadIdx.x;
    x[j] = i < count ? load(logits + i) : kImpossible;
    x[j] = x[j] != x[j] ? kImpossible : fminf(x[j], kLargest);
    maximum = fmaxf(maximum, x[j]);
    memory.keys[i] = i < count ? static_cast<uint64_t>(order_key(x[j])) << 32 | ~(first + i) : 0;
  }
  maximum = block_max(maximum, memory.maximum);
  float sum = 0;
  LACUNA_UNROLL
  for (uint32_t j = 0; j < kOfThread; ++j) {
    if (j * kLogitCandidatesThreads + threadIdx.x < count) sum += share(x[j], maximum);
  }
  sum = block_sum(sum, memory.sum);  // its barrier shows the keys to all

  const uint32_t runs = (count + kRun - 1) / kRun;
  for (uint32_t r = warp_index(); r < runs; r += kLogitCandidatesThreads / kWarp) {
    sort_run(memory.keys + r * kRun);
  }
  block_barrier();
  keep_best(memory.keys, runs);
  LogitSlice* slice = p.slices + static_cast<uint64_t>(blockIdx.y) * gridDim.x + blockIdx.x;
  if (threadIdx.x < kRun) store(slice->keys + threadIdx.x, memory.keys[threadIdx.x]);
  if (threadIdx.x == 0) {
    store(&slice->maximum, maximum);
    store(&slice->sum, sum);
  }
}

LACUNA_KERNEL(merge_logit_slices, LogitCandidatesParams, kLogitCandidatesThreads, 2) {
  auto& memory = shared_memory<Memory>();
  const uint32_t slices = (p.vocabulary + kLogitSlice - 1) / kLogitSlice;
  const LogitSlice* of_row = p.slices + static_cast<uint64_t>(blockIdx.x) * slices;
  for (uint32_t i = threadIdx.x; i < slices * kRun; i += kLogitCandidatesThreads) {
    memory.keys[i] = load(of_row[i / kRun].keys + i % kRun);
  }
  const bool mine = threadIdx.x < slices;
  const float of_slice = mine ? load(&of_row[threadIdx.x].maximum) : kImpossible;
  const float maximum = block_max(of_slice, memory.maximum);
  const float part = mine ? load(&of_row[threadIdx.x].sum) * share(of_slice, maximum) : 0.0f;
  const float sum = block_sum(part, memory.sum);
  keep_best(memory.keys, slices);

  LogitCandidates* out = p.out + blockIdx.x;
  if (threadIdx.x < kRun) {
    const uint64_t key = memory.keys[threadIdx.x];
    const auto logit = static_cast<uint32_t>(key >> 32), id = ~static_cast<uint32_t>(key);
    store(out->ids + threadIdx.x, key == 0 ? kNoCandidate : static_cast<int32_t>(id));
    store(out->logits + threadIdx.x, key == 0 ? kImpossible : key_value(logit));
  }
  if (threadIdx.x == 0) {
    store(&out->maximum, maximum);
    store(&out->log_sum, logf(sum));
  }
}

}  // namespace lacuna::kernels
