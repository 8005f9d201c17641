#include "runtime/draft_policy.h"

#include <algorithm>
#include <bit>
#include <iterator>

namespace lacuna {
namespace {

// Share of drafts of each class that begin right, before anything was observed, and for how many
// observations that counts.
constexpr double kPrior[] = {0.4, 0.4, 0.5, 0.55, 0.65, 0.8,  0.9, 0.95,
                             0.6, 0.3, 0.5, 0.7,  0.85, 0.95, 0.98};
constexpr double kPriorWeight = 4;
constexpr double kMemory = 1 - 1.0 / 64;
constexpr double kMargin = 1.02;     // gains smaller than this are noise
constexpr double kAllowance = 0.02;  // passes that each token adds to the budget
constexpr double kMostAllowed = 2;   // passes to which it can grow so
constexpr double kMostSaved = 8;     // passes to which it can grow by what drafts have saved
// Probabilities of guesses between their classes.
constexpr float kGuessBounds[] = {0.3f, 0.5f, 0.7f, 0.85f, 0.95f};
constexpr size_t kFirstGuessClass = 9;
constexpr double kGuessAllowance = 0.01;  // as kAllowance

// The trust in a draft of which one more token has proved right.
size_t next_trust(size_t trust) {
  if (trust == DraftPolicy::kHealed || DraftPolicy::is_guess(trust)) return trust;
  if (trust == CopyDrafts::kOneToken) return CopyDrafts::kResumed + 2;
  return std::min(trust + 1, CopyDrafts::kLongestMatch);
}

}  // namespace

size_t DraftPolicy::class_of(size_t trust) {
  if (is_guess(trust)) return kFirstGuessClass + trust - kHealed - 1;
  if (trust == kHealed) return kFirstGuessClass - 1;
  if (trust <= 4) return std::max<size_t>(trust, 1) - 1;
  return std::min<size_t>(kFirstGuessClass - 2, std::bit_width(trust) + 1);
}

size_t DraftPolicy::trust_in_guess(float probability) {
  const auto above =
      std::upper_bound(std::begin(kGuessBounds), std::end(kGuessBounds), probability);
  return kHealed + 1 + static_cast<size_t>(above - std::begin(kGuessBounds));
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

void DraftPolicy::guessed(double seconds) {
  if (cost_.known()) guess_budget_ -= seconds / cost_.single();
}

void DraftPolicy::passed(size_t rows, const Drafts& all, const Drafts& guesses,
                         std::optional<double> seconds) {
  if (rows == 0 || rows > cost_.most_rows() || all.drafted > rows) return;
  if (seconds) cost_.add(rows, *seconds);
  const size_t own = rows - all.drafted;
  const double tokens = static_cast<double>(own + all.accepted);
  if (budget_ < kMostAllowed) budget_ = std::min(kMostAllowed, budget_ + kAllowance * tokens);
  if (guess_budget_ < kMostAllowed)
    guess_budget_ = std::min(kMostAllowed, guess_budget_ + kGuessAllowance * tokens);
  if (all.drafted == 0 || own == 0) return;
  const double plain = cost_.of(own),
               of_row = (cost_.of(rows) - plain) / static_cast<double>(all.drafted);
  const auto saved = [&](const Drafts& drafts) {
    return static_cast<double>(drafts.accepted) * plain / static_cast<double>(own) -
           static_cast<double>(drafts.drafted) * of_row;
  };
  budget_ = std::min(kMostSaved, budget_ + saved(all));
  guess_budget_ = std::min(kMostSaved, guess_budget_ + saved(guesses));
}

}  // namespace lacuna
