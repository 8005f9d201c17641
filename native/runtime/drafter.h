// What one answer is expected to continue with: first the tokens that were taken back to be healed,
// then what copies propose. Compares every expectation with what came, so that the policy learns.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "runtime/copy_drafts.h"
#include "runtime/draft_policy.h"

namespace lacuna {

struct DraftOptions {
  std::vector<std::vector<int32_t>>
      sources;                   // to copy from, besides prompt and answer; oldest first
  std::optional<size_t> length;  // of all drafts; by default what is worth while
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

  // The token that came next.
  void push(int32_t token);

 private:
  void expect();

  const std::optional<size_t> length_;
  DraftPolicy& policy_;
  CopyDrafts copies_;
  std::vector<int32_t> healed_;    // what is left of it, as long as it came as expected
  std::vector<int32_t> expected_;  // the next tokens
  size_t trust_ = 0;
};

}  // namespace lacuna
