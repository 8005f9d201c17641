// Which experts a token visits, and with what weight.
#pragma once

#include <cstdint>

#include "model/config.h"

namespace lacuna::cpu {

// `logits` [experts] become probabilities (softmax or sigmoid). The choice goes by probability +
// `bias` (null: 0); with groups, only experts of the best groups may be chosen, a group's score
// being its best expert (softmax, V2) or the sum of its two best (sigmoid, V3). Ties go to the
// lower index. Writes `experts_used` experts in ascending order and their weights: probability
// without bias, normalised to sum 1 if asked, times the scale. `choice` is scratch for [experts +
// groups] floats.
void route(const RoutingConfig& config, float* logits, const float* bias, float* choice,
           uint32_t* experts, float* weights);

}  // namespace lacuna::cpu
