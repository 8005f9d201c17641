#include "runtime/match_chains.h"

#include <algorithm>

namespace lacuna {

MatchChains::MatchChains(std::span<const int32_t> breaks)
    : breaks_(breaks.begin(), breaks.end()), heads_(1024, kNone) {
  std::sort(breaks_.begin(), breaks_.end());
}

void MatchChains::append(int32_t token) {
  const bool breaks = std::binary_search(breaks_.begin(), breaks_.end(), token);
  tokens_.push_back(breaks ? kBreak : token);
  previous_.push_back(kNone);
  if (tokens_.size() > heads_.size()) grow();
  link(static_cast<uint32_t>(tokens_.size() - 1));
}

// Fibonacci hashing of the pair of tokens that ends at `position` ≥ 1.
uint32_t& MatchChains::chain_of(uint32_t position) {
  const uint64_t pair = static_cast<uint64_t>(static_cast<uint32_t>(tokens_[position - 1])) << 32 |
                        static_cast<uint32_t>(tokens_[position]);
  return heads_[(pair * 0x9e3779b97f4a7c15) >> 40 & (heads_.size() - 1)];
}

void MatchChains::link(uint32_t position) {
  if (position == 0 || tokens_[position] == kBreak || tokens_[position - 1] == kBreak) return;
  uint32_t& head = chain_of(position);
  previous_[position] = head;
  head = position;
}

void MatchChains::grow() {
  heads_.assign(heads_.size() * 2, kNone);
  for (uint32_t position = 1; position + 1 < tokens_.size(); ++position) link(position);
}

size_t MatchChains::matching(uint32_t end, size_t most) const {
  const size_t last = tokens_.size() - 1;
  size_t length = 0;
  while (length < most && length <= end && tokens_[end - length] != kBreak &&
         tokens_[end - length] == tokens_[last - length])
    ++length;
  return length;
}

}  // namespace lacuna
