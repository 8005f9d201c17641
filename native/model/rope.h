// Rotary position embedding with YaRN: the frequencies and the attention scale, as pure functions.
#pragma once

#include <vector>

#include "model/config.h"

namespace lacuna {

// Radians per position of each of the rope_dim / 2 interleaved pairs (2i, 2i + 1). With YaRN, pairs
// that turn more than beta_fast times over the original context keep their frequency, those that
// turn less than beta_slow times are divided by `factor`, and a linear ramp joins the two.
std::vector<double> rope_frequencies(const ModelConfig& config);

// query_dim^-0.5, times (1 + log_multiplier ln factor)^2 under YaRN. DeepSeek's checkpoints have
// mscale == mscale_all_dim, so the rotation itself is not scaled.
double attention_scale(const ModelConfig& config);

}  // namespace lacuna
