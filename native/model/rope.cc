#include "model/rope.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace lacuna {
namespace {

// The pair index at which a frequency turns `rotations` times over the original context.
double pair_of_rotations(double rotations, const ModelConfig& config) {
  const double dim = config.rope_dim;
  return dim * std::log(config.yarn->original_context / (rotations * 2 * std::numbers::pi)) /
         (2 * std::log(config.rope_base));
}

}  // namespace

std::vector<double> rope_frequencies(const ModelConfig& config) {
  const uint32_t pairs = config.rope_dim / 2;
  std::vector<double> frequencies(pairs);
  for (uint32_t i = 0; i < pairs; ++i) {
    frequencies[i] = std::pow(config.rope_base, -2.0 * i / config.rope_dim);
  }
  if (!config.yarn) return frequencies;

  const YarnConfig& yarn = *config.yarn;
  const double low = std::max(std::floor(pair_of_rotations(yarn.beta_fast, config)), 0.0);
  const double high =
      std::min(std::ceil(pair_of_rotations(yarn.beta_slow, config)), config.rope_dim - 1.0);
  for (uint32_t i = 0; i < pairs; ++i) {
    const double ramp = std::clamp((i - low) / std::max(high - low, 0.001), 0.0, 1.0);
    frequencies[i] = frequencies[i] / yarn.factor * ramp + frequencies[i] * (1 - ramp);
  }
  return frequencies;
}

double attention_scale(const ModelConfig& config) {
  const double plain = 1.0 / std::sqrt(static_cast<double>(config.query_dim()));
  if (!config.yarn) return plain;
  const double m = 1 + config.yarn->log_multiplier * std::log(config.yarn->factor);
  return plain * m * m;
}

}  // namespace lacuna
