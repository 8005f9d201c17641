// How many tokens of a draft are worth verifying. Verifying k tokens takes one pass of 1 + k rows
// and yields one token and as many more as the model agrees with, so a draft pays where it is
// likely enough to be right for what the further rows cost on this machine. Both are learned: the
// costs from the passes, the likelihoods from comparing every draft at hand with what the sampler
// then chose, which takes no row. What is generated never depends on it, only how fast.
#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "runtime/copy_drafts.h"
#include "runtime/pass_cost.h"

namespace lacuna {

class DraftPolicy {
 public:
  // The trust in tokens that were taken back from a prompt's end, to be written again by its
  // answer.
  static constexpr size_t kHealed = CopyDrafts::kLongestMatch + 1;

  // The trust in a guess of the multi-token-prediction module: by the probability, 0 … 1, that the
  // module itself gives it.
  static size_t trust_in_guess(float probability);
  static bool is_guess(size_t trust) { return trust > kHealed; }

  // `most_rows`: rows one pass may have, ≥ 1.
  explicit DraftPolicy(size_t most_rows) : cost_(most_rows) {}

  size_t most_rows() const { return cost_.most_rows(); }

  // How many of `available` tokens to verify, 0 … most_rows - rows, in a pass that has `rows` ≥ 1
  // rows without them. `trust` is CopyDrafts's, or kHealed.
  size_t length(size_t trust, size_t available, size_t rows) const;

  // A draft of that trust was at hand, verified or not, and its first token was `right`.
  void observe(size_t trust, bool right);

  // Whether a guess is worth asking for: what the last ones saved has paid for them, or it is time
  // to see whether that has changed.
  bool may_guess() const { return cost_.known() && guess_budget_ > 0; }

  // Guesses were made, before a step, and took `seconds`.
  void guessed(double seconds);

  struct Drafts {
    size_t drafted = 0, accepted = 0;  // tokens that were verified, and those that were right
  };

  // A step of `rows` rows, of which some were drafts, `guesses` among them, took `seconds`; without
  // a value where something else came between.
  void passed(size_t rows, const Drafts& all, const Drafts& guesses, std::optional<double> seconds);

  const PassCost& cost() const { return cost_; }

 private:
  // By trust: 1, 2, 3, 4, 5 … 7, 8 … 15, 16 … 31, 32 … 64; kHealed; guesses, by kGuessBounds.
  static constexpr size_t kClasses = 15;
  static size_t class_of(size_t trust);
  double likelihood(size_t trust) const;

  struct Record {
    double right = 0, seen = 0;  // older observations weigh less
  };

  PassCost cost_;
  std::array<Record, kClasses> records_{};
  // What drafts may still cost, in one-row passes: wrong estimates lose no more than a share of the
  // time and a part of what was saved before, whatever the text.
  double budget_ = 2;
  // The same for guesses, which cost time before anything is verified.
  double guess_budget_ = 4;
};

}  // namespace lacuna
