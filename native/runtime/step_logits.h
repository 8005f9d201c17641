// The logits of a step's rows, as sampling asks for them. Where the device's memory is the host's
// they are all at hand; of a device that keeps its logits, sampling gets each row's candidates, and
// whole rows as it asks for them.
#pragma once

#include <span>
#include <vector>

#include "model/device_model.h"

namespace lacuna {

class StepLogits {
 public:
  // Some of the rows, one after the other.
  class Rows {
   public:
    Rows(StepLogits& step, size_t first, size_t count)
        : step_(step), first_(first), count_(count) {}

    size_t size() const { return count_; }
    // Null where there are none; then the row is at hand.
    const LogitCandidates* candidates(size_t i) const { return step_.candidates(first_ + i); }
    // [vocabulary], to be changed at will. Valid until another row is asked for. Throws what the
    // device throws.
    std::span<float> row(size_t i) const { return step_.row(first_ + i); }

   private:
    StepLogits& step_;
    size_t first_, count_;
  };

  // Both must outlive it.
  StepLogits(DeviceModel& model, Pass& pass);

  // The pass has begun, with so many wanted rows.
  void begin(size_t rows);

  // After the last layer. False when interrupted; call again to go on.
  bool read(const std::atomic<bool>& interrupt);

  // Those of one sequence of the step. Valid until the pass begins anew.
  Rows rows(size_t first, size_t count) { return {*this, first, count}; }

 private:
  const LogitCandidates* candidates(size_t row) const;
  std::span<float> row(size_t row);

  DeviceModel& model_;
  Pass& pass_;
  KeptLogits* const kept_;  // null: they are not
  const size_t vocabulary_;
  size_t rows_ = 0;
  std::vector<LogitCandidates> candidates_;  // [rows] of kept ones
  std::vector<float> logits_;                // [rows, vocabulary]; of kept ones [vocabulary]
};

}  // namespace lacuna
