// What a token's experts say, added up. Shared by kernels and host.
#pragma once

#include "expert_order.h"

namespace lacuna::kernels {

inline constexpr uint32_t kCombineExpertsThreads = 256;
inline constexpr uint32_t kCombineExpertsColumns = 4 * kCombineExpertsThreads;  // of one block

// Kernel `combine_experts`: out[t] = Σ weights[t, s] * y[t * used + s] over the slots s in order,
// those that are not computed on this device left out. Block (x, y) does columns
// kCombineExpertsColumns * x … of token y.
struct CombineExpertsParams {
  const float* y;        // [tokens * used, columns]; begins at a multiple of 16, like `out`
  const float* weights;  // [tokens, used]
  float* out;            // [tokens, columns]
  uint32_t used;
  uint32_t columns;  // any
  ExpertPlacement placement;
};

}  // namespace lacuna::kernels
