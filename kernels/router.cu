// A warp for each token: lane l holds experts l, l + 32, …
#include "router.h"

#include "float_order.cuh"
#include "reduce.cuh"

namespace lacuna::kernels {
namespace {

constexpr uint32_t kSlots = kRouterMostExperts / kWarp;  // experts of a lane
constexpr float kExcluded = -__builtin_huge_valf();

struct WarpMemory {
  float choice[kRouterMostExperts];
  uint32_t chosen[kRouterMostUsed];
  float probability[kRouterMostUsed];  // of the chosen
};
struct Memory {
  WarpMemory warps[kRouterTokens];
};

// Slots beyond the last expert hold nothing that matters.
LACUNA_DEVICE void to_probabilities(const RouteTokensParams& p, float (&x)[kSlots] LACUNA_SITE) {
  if (p.gating == RouterGating::kSigmoid) {
    LACUNA_UNROLL
    for (uint32_t j = 0; j < kSlots; ++j) x[j] = 1.0f / (1.0f + expf(-x[j]));
    return;
  }
  float largest = kExcluded, sum = 0;
  LACUNA_UNROLL
  for (uint32_t j = 0; j < kSlots; ++j) {
    if (j * kWarp + lane_index() < p.experts) largest = fmaxf(largest, x[j]);
  }
  largest = warp_max(largest LACUNA_AT);
  LACUNA_UNROLL
  for (uint32_t j = 0; j < kSlots; ++j) {
    x[j] = expf(x[j] - largest);
    if (j * kWarp + lane_index() < p.experts) sum += x[j];
  }
  sum = warp_sum(sum LACUNA_AT);
  LACUNA_UNROLL
  for (uint32_t j = 0; j < kSlots; ++j) x[j] /= sum;
}

LACUNA_DEVICE float group_score(RouterGating gating, const float* choice, uint32_t n) {
  float best = kExcluded, second = kExcluded;
  for (uint32_t i = 0; i < n; ++i) {
    if (choice[i] > best) {
      second = best;
      best = choice[i];
    } else if (choice[i] > second) {
      second = choice[i];
    }
  }
  return gating == RouterGating::kSoftmax || n == 1 ? best : best + second;
}

// Bit g: group g is one of the best; lane g looks at it. A score that is not a number counts as
// taken.
LACUNA_DEVICE uint32_t best_groups(const RouteTokensParams& p, const float* choice LACUNA_SITE) {
  const uint32_t lane = lane_index(), per_group = p.experts / p.groups;
  const bool exists = lane < p.groups;
  const float score =
      exists ? group_score(p.gating, choice + lane * per_group, per_group) : kExcluded;
  uint32_t key = exists ? order_key(score) : 0;
  bool kept = exists && key == 0;
  for (uint32_t i = 0; i < p.groups_used; ++i) {
    const uint32_t largest = lanes_max(key LACUNA_AT);
    if (largest == 0) break;
    const uint32_t best = ~lanes_max(key == largest ? ~lane : 0 LACUNA_AT);
    if (lane == best) {
      kept = true;
      key = 0;
    }
  }
  return vote(kept LACUNA_AT);
}

// The lane's experts among the `used` with the largest keys: bit j for expert 32 j + lane. Fewer
// where keys other than 0 run out.
LACUNA_DEVICE uint32_t take_largest(uint32_t (&keys)[kSlots], uint32_t used LACUNA_SITE) {
  uint32_t taken = 0;
  for (uint32_t i = 0; i < used; ++i) {
    uint32_t of_lane = 0;
    LACUNA_UNROLL
    for (uint32_t j = 0; j < kSlots; ++j) of_lane = keys[j] > of_lane ? keys[j] : of_lane;
    const uint32_t largest = lanes_max(of_lane LACUNA_AT);
    if (largest == 0) break;
    uint32_t slot = kSlots;
    LACUNA_UNROLL
    for (uint32_t j = kSlots; j-- > 0;) slot = keys[j] == largest ? j : slot;
    const uint32_t mine = slot * kWarp + lane_index();
    const uint32_t best = ~lanes_max(slot < kSlots ? ~mine : 0 LACUNA_AT);
    if (mine != best) continue;
    taken |= 1u << slot;
    LACUNA_UNROLL
    for (uint32_t j = 0; j < kSlots; ++j) keys[j] = j == slot ? 0 : keys[j];
  }
  return taken;
}

}  // namespace

LACUNA_KERNEL(route_tokens, RouteTokensParams, kRouterThreads, 4) {
  const uint32_t token = blockIdx.x * kRouterTokens + warp_index(), lane = lane_index();
  if (token >= p.tokens) return;
  auto& memory = shared_memory<Memory>().warps[warp_index()];

  float probability[kSlots];
  const float* logits = p.logits + static_cast<uint64_t>(token) * p.experts;
  LACUNA_UNROLL
  for (uint32_t j = 0; j < kSlots; ++j) {
    const uint32_t e = j * kWarp + lane;
    probability[j] = e < p.experts ? load(logits + e) : 0.0f;
  }
  to_probabilities(p, probability);

  uint32_t keys[kSlots];
  LACUNA_UNROLL
  for (uint32_t j = 0; j < kSlots; ++j) {
    const uint32_t e = j * kWarp + lane;
    keys[j] = 0;
    if (e >= p.experts) continue;
    const float choice = probability[j] + (p.bias == nullptr ? 0.0f : load_cached(p.bias + e));
    memory.choice[e] = choice;
    keys[j] = order_key(choice);
  }
  if (p.groups > 1 && p.groups_used < p.groups) {
    warp_barrier();
    const uint32_t groups = best_groups(p, memory.choice);
    LACUNA_UNROLL
    for (uint32_t j = 0; j < kSlots; ++j) {
      const uint32_t e = j * kWarp + lane;
      if (e >= p.experts) continue;
      if ((groups >> e / (p.experts / p.groups) & 1) == 0) keys[j] = order_key(kExcluded);
    }
  }

  const uint32_t taken = take_largest(keys, p.used);
  uint32_t count = 0;
  LACUNA_UNROLL
  for (uint32_t j = 0; j < kSlots; ++j) {
    const uint32_t lanes = vote((taken >> j & 1) != 0);
    const uint32_t at = count + count_bits(lanes & ((1u << lane) - 1));
    if ((taken >> j & 1) != 0) {
      memory.chosen[at] = j * kWarp + lane;
      memory.probability[at] = probability[j];
    }
    count += count_bits(lanes);
  }
  LACUNA_UNROLL
  for (uint32_t j = 0; j < kSlots; ++j) {
    if (j * kWarp + lane + 1 != p.experts) continue;
    for (uint32_t at = count; at < p.used; ++at) {
      memory.chosen[at] = p.experts - 1;
      memory.probability[at] = probability[j];
    }
  }
  warp_barrier();
  float sum = 0;
  for (uint32_t i = 0; i < p.used; ++i) sum += memory.probability[i];
  const float factor = p.scale / (p.normalize != 0 ? sum + 1e-20f : 1.0f);
  if (lane < p.used) {
    const uint64_t at = static_cast<uint64_t>(token) * p.used + lane;
    store(p.chosen + at, memory.chosen[lane]);
    store(p.weights + at, memory.probability[lane] * factor);
  }
}

}  // namespace lacuna::kernels
