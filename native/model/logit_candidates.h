// What sampling needs of a row of logits, nearly always: a device that is far from the sampler
// sends this in place of the row.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace lacuna {

// Logits as the sampler reads them: not-a-number is -infinity, +infinity the largest finite float.
struct LogitCandidates {
  static constexpr size_t kCount = 64;

  float maximum;
  float log_sum;  // log Σ exp(logit - maximum) over the row, to 1e-5
  // The largest, largest first, the lower id among equals. A vocabulary of fewer tokens ends in id
  // -1 and -infinity.
  std::array<int32_t, kCount> ids;
  std::array<float, kCount> logits;
};

}  // namespace lacuna
