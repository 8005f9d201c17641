#include "cpu/router.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace lacuna::cpu {
namespace {

constexpr float kExcluded = -std::numeric_limits<float>::infinity();

void to_probabilities(Gating gating, float* x, uint32_t n) {
  if (gating == Gating::kSigmoid) {
    for (uint32_t i = 0; i < n; ++i) x[i] = 1.0f / (1.0f + std::exp(-x[i]));
    return;
  }
  const float largest = *std::max_element(x, x + n);
  float sum = 0;
  for (uint32_t i = 0; i < n; ++i) sum += x[i] = std::exp(x[i] - largest);
  for (uint32_t i = 0; i < n; ++i) x[i] /= sum;
}

float group_score(Gating gating, const float* choice, uint32_t n) {
  float best = kExcluded, second = kExcluded;
  for (uint32_t i = 0; i < n; ++i) {
    if (choice[i] > best) {
      second = best;
      best = choice[i];
    } else if (choice[i] > second) {
      second = choice[i];
    }
  }
  return gating == Gating::kSoftmax || n == 1 ? best : best + second;
}

// Takes the largest value out of x and returns its index; the lowest index among equals. A NaN is
// never larger.
uint32_t take_largest(float* x, uint32_t n) {
  uint32_t best = 0;
  for (uint32_t i = 1; i < n; ++i) {
    if (x[i] > x[best] || std::isnan(x[best])) best = i;
  }
  x[best] = std::numeric_limits<float>::quiet_NaN();
  return best;
}

// Excludes every expert outside the `groups_used` best groups.
void limit_groups(const RoutingConfig& config, float* choice) {
  const uint32_t per_group = config.experts / config.groups;
  float* scores = choice + config.experts;  // [groups]
  for (uint32_t g = 0; g < config.groups; ++g)
    scores[g] = group_score(config.gating, choice + g * per_group, per_group);
  for (uint32_t i = 0; i < config.groups_used; ++i) take_largest(scores, config.groups);
  for (uint32_t g = 0; g < config.groups; ++g) {
    const bool taken = std::isnan(scores[g]);
    if (!taken) std::fill_n(choice + g * per_group, per_group, kExcluded);
  }
}

}  // namespace

void route(const RoutingConfig& config, float* logits, const float* bias, float* choice,
           uint32_t* experts, float* weights) {
  to_probabilities(config.gating, logits, config.experts);
  for (uint32_t e = 0; e < config.experts; ++e)
    choice[e] = logits[e] + (bias == nullptr ? 0.0f : bias[e]);
  if (config.groups > 1 && config.groups_used < config.groups) limit_groups(config, choice);
  for (uint32_t i = 0; i < config.experts_used; ++i)
    experts[i] = take_largest(choice, config.experts);
  std::sort(experts, experts + config.experts_used);

  float sum = 0;
  for (uint32_t i = 0; i < config.experts_used; ++i) sum += weights[i] = logits[experts[i]];
  const float factor = config.weight_scale / (config.normalize_weights ? sum + 1e-20f : 1.0f);
  for (uint32_t i = 0; i < config.experts_used; ++i) weights[i] *= factor;
}

}  // namespace lacuna::cpu
