// Which positions a split of the cache holds.
#pragma once

#include "mla_decode.h"
#include "ptx.h"

namespace lacuna::kernels {

// Positions of one split of a row whose context has `length`; mla_decode.h gives the rule.
LACUNA_DEVICE uint32_t mla_split_length(uint32_t length) {
  uint32_t split = length <= kMlaShortContext ? kMlaShortSplit : kMlaLongSplit;
  while (split * kMlaMostSplits < length) split *= 2;
  return split;
}

}  // namespace lacuna::kernels
