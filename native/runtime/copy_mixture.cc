#include "runtime/copy_mixture.h"

#include <algorithm>
#include <cmath>

namespace lacuna {
namespace {

constexpr size_t kMatches = 64;  // that are looked at for one token, the latest first
constexpr size_t kShortest = 2, kLongest = 16;  // tokens of a match that count
constexpr size_t kFull = 6;                     // tokens from which on the whole share is due

}  // namespace

// A match that is one token longer weighs twice as much; shorter ones than kFull earn a part of the
// share.
std::span<const Candidate> CopyMixture::odds() {
  odds_.clear();
  size_t longest = 0, left = kMatches;
  for (uint32_t end = text_.latest(); end != MatchChains::kNone && left > 0;
       end = text_.before(end), --left) {
    const size_t length = text_.matching(end, kLongest);
    const int32_t next = text_.tokens()[end + 1];
    if (length < kShortest || next == MatchChains::kBreak) continue;
    add(next, std::exp2(static_cast<float>(length)));
    longest = std::max(longest, length);
  }
  if (odds_.empty()) return {};
  float total = 0;
  for (const Candidate& each : odds_) total += each.value;
  const float earned = static_cast<float>(std::min(longest, kFull) - 1) / (kFull - 1);
  const float share = share_ * earned;
  for (Candidate& each : odds_) each.value *= share / (1 - share) / total;
  return odds_;
}

void CopyMixture::add(int32_t id, float weight) {
  const auto at = std::find_if(odds_.begin(), odds_.end(),
                               [id](const Candidate& each) { return each.id == id; });
  if (at == odds_.end()) {
    odds_.push_back({id, weight});
  } else {
    at->value += weight;
  }
}

}  // namespace lacuna
