#include "runtime/draft_policy.h"

#include <algorithm>
#include <bit>

namespace lacuna {
namespace {

// Share of drafts of each class that begin right, before anything was observed, and for how many
// observations that counts.
constexpr double kPrior[] = {0.4, 0.4, 0.5, 0.55, 0.65, 0.8, 0.9, 0.95, 0.6};
constexpr double kPriorWeight = 4;
constexpr double kMemory = 1 - 1.0 / 64;
constexpr double kMargin = 1.02;     // gains smaller than this are noise
constexpr double kAllowance = 0.02;  // passes that each token adds to the budget
constexpr double kMostAllowed = 2;   // passes to which it can grow so
constexpr double kMostSaved = 8;     // passes to which it can grow by what drafts have saved

// The trust in a draft of which one more token has proved right.
size_t next_trust(size_t trust) {
  if (trust == DraftPolicy::kHealed) return trust;
  if (trust == CopyDrafts::kOneToken) return CopyDrafts::kResumed + 2;
  return std::min(trust + 1, CopyDrafts::kLongestMatch);
}

}  // namespace

size_t DraftPolicy::class_of(size_t trust) {
  if (trust == kHealed) return kClasses - 1;
  if (trust <= 4) return std::max<size_t>(trust, 1) - 1;
  return std::min<size_t>(kClasses - 2, std::bit_width(trust) + 1);
}

double DraftPolicy::likelihood(size_t trust) const {
  const size_t index = class_of(trust);
  const Record& record = records_[index];
  return (record.right + kPrior[index] * kPriorWeight) / (record.seen + kPriorWeight);
}

size_t DraftPolicy::length(size_t trust, size_t available, size_t rows) const {
  if (!cost_.known() || trust == 0 || rows == 0 || rows >= cost_.most_rows() || budget_ <= 0)
    return 0;
  const size_t most = std::min(available, cost_.most_rows() - rows);
  double best_rate = kMargin * static_cast<double>(rows) / cost_.of(rows);
  size_t best = 0;
  double tokens = static_cast<double>(rows), reached = 1;
  for (size_t length = 1; length <= most; ++length, trust = next_trust(trust)) {
    reached *= likelihood(trust);
    tokens += reached;
    const double rate = tokens / cost_.of(rows + length);
    if (rate > best_rate) {
      best_rate = rate;
      best = length;
    }
  }
  return best;
}

void DraftPolicy::observe(size_t trust, bool right) {
  if (trust == 0) return;
  Record& record = records_[class_of(trust)];
  record.seen = record.seen * kMemory + 1;
  record.right = record.right * kMemory + (right ? 1 : 0);
}

void DraftPolicy::passed(size_t rows, size_t drafted, size_t accepted,
                         std::optional<double> seconds) {
  if (rows == 0 || rows > cost_.most_rows() || drafted > rows) return;
  if (seconds) cost_.add(rows, *seconds);
  const size_t own = rows - drafted;
  const double allowed = kAllowance * static_cast<double>(own + accepted);
  if (budget_ < kMostAllowed) budget_ = std::min(kMostAllowed, budget_ + allowed);
  if (drafted == 0 || own == 0) return;
  const double plain = cost_.of(own);
  const double saved = static_cast<double>(accepted) * plain / static_cast<double>(own);
  budget_ = std::min(kMostSaved, budget_ + saved - (cost_.of(rows) - plain));
}

}  // namespace lacuna
