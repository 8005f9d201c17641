#include "runtime/drafter.h"

#include <algorithm>

namespace lacuna {

Drafter::Drafter(const DraftOptions& options, std::span<const int32_t> prompt,
                 std::span<const int32_t> healed, std::span<const int32_t> breaks,
                 DraftPolicy& policy)
    : length_(options.length),
      mtp_(options.mtp),
      breaks_(breaks.begin(), breaks.end()),
      policy_(policy),
      copies_(breaks),
      healed_(healed.begin(), healed.end()) {
  if (length_ == 0) return;
  for (const std::vector<int32_t>& source : options.sources) copies_.add_source(source);
  for (const int32_t token : prompt) copies_.push(token);
  expect();
}

std::span<const int32_t> Drafter::draft(size_t rows, size_t room) const {
  const size_t most = std::min(room, expected_.size());
  const size_t length = length_ ? *length_ : policy_.length(trust_, most, rows);
  return std::span(expected_).first(std::min(most, length));
}

void Drafter::guess(const DraftedToken& drafted) {
  if (std::find(breaks_.begin(), breaks_.end(), drafted.id) != breaks_.end()) return;
  expected_.assign(1, drafted.id);
  trust_ = DraftPolicy::trust_in_guess(drafted.probability);
}

void Drafter::push(int32_t token) {
  if (length_ == 0) return;
  const bool right = !expected_.empty() && expected_.front() == token;
  if (!expected_.empty()) policy_.observe(trust_, right);
  if (right && !healed_.empty()) {
    healed_.erase(healed_.begin());
  } else {
    healed_.clear();
  }
  copies_.push(token);
  expect();
}

void Drafter::expect() {
  if (healed_.empty()) {
    trust_ = copies_.next(policy_.most_rows() - 1, expected_);
  } else {
    trust_ = DraftPolicy::kHealed;
    expected_ = healed_;
  }
}

}  // namespace lacuna
