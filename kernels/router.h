// Which experts a token visits, and with what weight. Shared by kernels and host.
#pragma once

#include <stdint.h>

namespace lacuna::kernels {

inline constexpr uint32_t kRouterThreads = 128;
inline constexpr uint32_t kRouterTokens = kRouterThreads / 32;  // of one block: a warp each
inline constexpr uint32_t kRouterMostExperts = 512;
inline constexpr uint32_t kRouterMostGroups = 32;
inline constexpr uint32_t kRouterMostUsed = 32;

enum class RouterGating : uint32_t { kSoftmax, kSigmoid };

// Kernel `route_tokens`, block x for tokens kRouterTokens * x …: the rules of the CPU's router
// (native/cpu/router.h). Logits become probabilities; the choice goes by probability + bias; with
// 1 ≤ groups_used < groups only experts of the best groups are chosen, a group's score being its
// best expert (softmax) or the sum of its two best (sigmoid). Ties go to the lower index, a
// not-a-number is never larger. Where nothing but those is left, the last expert is chosen, again
// if need be.
struct RouteTokensParams {
  const float* logits;  // [tokens, experts]
  const float* bias;    // [experts], or null
  uint32_t* chosen;     // [tokens, used]: ascending
  float* weights;       // [tokens, used]: probabilities without bias, normalised if asked, scaled
  uint32_t tokens;
  uint32_t experts;      // 1 … kRouterMostExperts, a multiple of `groups`
  uint32_t used;         // 1 … kRouterMostUsed
  uint32_t groups;       // 1 … kRouterMostGroups; 1: no limit
  uint32_t groups_used;  // 1 … groups
  RouterGating gating;
  uint32_t normalize;  // not 0: a token's weights sum to 1 before scaling
  float scale;
};

}  // namespace lacuna::kernels
