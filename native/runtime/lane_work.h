// One lane: its sequences in order of arrival, and the pass that takes some of them a step further.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include "model/device_model.h"
#include "runtime/sequence.h"
#include "runtime/step_logits.h"

namespace lacuna {

class LaneWork {
 public:
  // Sequences of a lane that run side by side; later ones wait.
  static constexpr size_t kMostActive = 8;
  // While a prompt is computed, the lane's other answers go on: the prompt takes chunks of so many
  // tokens at most, and after each come so many decode steps, which take about as long.
  static constexpr size_t kSharedChunk = 256, kDecodesPerChunk = 8;

  // A sequence in the current step.
  struct Part {
    Sequence* sequence;
    std::vector<int32_t> tokens;
    size_t logits;  // rows of them, the last of its rows
  };

  explicit LaneWork(DeviceModel& model);

  std::vector<std::unique_ptr<Sequence>> sequences;

  // Those that may run now.
  std::vector<Sequence*> active() const;

  // Who takes part in the next step, best first: all that decode (at most kDecodeRun tokens are
  // pending), those that waited longest first, or else one whose prompt is computed. Empty where
  // nobody is active.
  std::vector<Sequence*> choose();

  // The pass of the next step; each part has its pages. `kind` is that of all parts.
  void begin(std::vector<Part> parts, PassKind kind);

  const std::vector<Part>& parts() const { return parts_; }
  bool under_way() const { return !parts_.empty(); }
  bool involves(const Sequence& sequence) const;

  // Whether the step only computes a part of one prompt.
  bool is_prompt() const { return parts_.size() == 1 && parts_.front().logits == 0; }

  // Keeps such a step where it stands, and the pages of its sequence, which is about to go: the
  // next request often has the same prompt, and takes the pass over. Kept until another step
  // begins.
  void keep();

  // The kept pass as the step of `sequence`, if that is less work than to begin anew.
  bool take_over(Sequence& sequence);

  bool keeps() const { return kept_.has_value(); }
  void forget() { kept_.reset(); }

  // Goes on with the pass. False when interrupted; call again to go on.
  bool advance(const std::atomic<bool>& interrupt);

  // Seconds since the step began; none if it was interrupted.
  std::optional<double> elapsed() const;

  // Ends a step: its parts, or throws it away. Logits stay as they are until the next one begins.
  std::vector<Part> take();

  // Of all parts, in their order.
  StepLogits& logits() { return logits_; }

 private:
  using Clock = std::chrono::steady_clock;

  struct Kept {
    PrefixTree::Branch branch;
    std::vector<int32_t> tokens;  // those of the branch, then those of the pass
  };

  DeviceModel& model_;
  const std::unique_ptr<Pass> pass_;
  StepLogits logits_;
  std::vector<Part> parts_;
  std::optional<Kept> kept_;  // then there are no parts
  Clock::time_point begun_;
  bool interrupted_ = false;
  size_t layer_ = 0;            // the next one
  std::vector<size_t> wanted_;  // rows whose logits are wanted
  size_t decodes_ = 0;          // steps since the last chunk of a prompt
};

}  // namespace lacuna
