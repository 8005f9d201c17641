// What one answer is expected to continue with: first the tokens that were taken back to be healed,
// then what copies propose, and where there is nothing to copy what the model's
// multi-token-prediction module guesses. Compares every expectation with what came, so that the
// policy learns.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "model/device_model.h"
#include "runtime/copy_drafts.h"
#include "runtime/draft_policy.h"

namespace lacuna {

struct DraftOptions {
  std::vector<std::vector<int32_t>>
      sources;                   // to copy from, besides prompt and answer; oldest first
  std::optional<size_t> length;  // of all drafts; by default what is worth while
  bool mtp = true;               // whether the model's own module may guess
};

class Drafter {
 public:
  // `prompt` as it stands before the answer, `healed` the tokens taken back from its end; `breaks`
  // are tokens that no answer has. The policy is shared by all answers of a model and must outlive
  // this one.
  Drafter(const DraftOptions& options, std::span<const int32_t> prompt,
          std::span<const int32_t> healed, std::span<const int32_t> breaks, DraftPolicy& policy);

  // Tokens to verify behind `rows` rows of a pass that has room for `room` more; perhaps none.
  // Valid until `push`.
  std::span<const int32_t> draft(size_t rows, size_t room) const;

  // Whether a guess of the next token would be of use: there is nothing else to expect.
  bool wants_guess() const { return mtp_ && length_ != 0 && expected_.empty(); }

  // … whatever it costs.
  bool forces_guess() const { return wants_guess() && length_; }

  // Such a guess. One that no answer has is no guess.
  void guess(const DraftedToken& drafted);

  // Whether the next token is expected by a guess.
  bool has_guess() const { return DraftPolicy::is_guess(trust_); }

  // The token that came next.
  void push(int32_t token);

 private:
  void expect();

  const std::optional<size_t> length_;
  const bool mtp_;
  const std::vector<int32_t> breaks_;
  DraftPolicy& policy_;
  CopyDrafts copies_;
  std::vector<int32_t> healed_;    // what is left of it, as long as it came as expected
  std::vector<int32_t> expected_;  // the next tokens
  size_t trust_ = 0;
};

}  // namespace lacuna
