#include "runtime/step_logits.h"

namespace lacuna {

StepLogits::StepLogits(DeviceModel& model, Pass& pass)
    : model_(model),
      pass_(pass),
      kept_(model.kept_logits()),
      vocabulary_(model.config().vocabulary) {}

void StepLogits::begin(size_t rows) {
  rows_ = rows;
  if (kept_ != nullptr) {
    candidates_.resize(rows);
  } else {
    logits_.resize(rows * vocabulary_);
  }
}

bool StepLogits::read(const std::atomic<bool>& interrupt) {
  if (rows_ == 0) return true;
  if (kept_ != nullptr) return kept_->candidates(pass_, candidates_, interrupt);
  return model_.logits(pass_, logits_.data(), interrupt);
}

const LogitCandidates* StepLogits::candidates(size_t row) const {
  return kept_ == nullptr ? nullptr : &candidates_[row];
}

std::span<float> StepLogits::row(size_t row) {
  if (kept_ == nullptr) return std::span(logits_).subspan(row * vocabulary_, vocabulary_);
  logits_.resize(vocabulary_);
  kept_->logits_row(pass_, row, logits_.data());
  return logits_;
}

}  // namespace lacuna
