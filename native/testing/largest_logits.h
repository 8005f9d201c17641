// What a device that keeps its logits sends of a row, by the definition.
#pragma once

#include <vector>

#include "model/logit_candidates.h"

namespace lacuna::testing {

// Of a row of ≥ 1 logits. The normaliser is wrong by `error`.
LogitCandidates largest_logits(std::vector<float> row, double error = 0);

}  // namespace lacuna::testing
