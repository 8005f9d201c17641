#include "runtime/lane_work.h"

#include <algorithm>
#include <utility>

namespace lacuna {

LaneWork::LaneWork(DeviceModel& model)
    : model_(model), pass_(model.make_pass()), logits_(model, *pass_) {}

std::vector<Sequence*> LaneWork::active() const {
  std::vector<Sequence*> out;
  for (size_t i = 0; i < std::min(sequences.size(), kMostActive); ++i) {
    if (!sequences[i]->parked) out.push_back(sequences[i].get());
  }
  return out;
}

std::vector<Sequence*> LaneWork::choose() {
  std::vector<Sequence*> decoding = active();
  const auto prompts = std::stable_partition(decoding.begin(), decoding.end(),
                                             [](const Sequence* s) { return s->decodes(); });
  Sequence* const prompt = prompts == decoding.end() ? nullptr : *prompts;
  decoding.erase(prompts, decoding.end());
  if (prompt != nullptr && (decoding.empty() || decodes_ >= kDecodesPerChunk)) {
    decodes_ = 0;
    return {prompt};
  }
  ++decodes_;
  std::stable_sort(decoding.begin(), decoding.end(), [](const Sequence* a, const Sequence* b) {
    return a->last_turn < b->last_turn;
  });
  return decoding;
}

void LaneWork::keep() {
  Sequence& sequence = *parts_.front().sequence;
  const std::span<const int32_t> computed = parts_.front().tokens;
  const std::span<const int32_t> before = sequence.reusable().first(sequence.branch.length());
  kept_.emplace(Kept{std::move(sequence.branch), {before.begin(), before.end()}});
  kept_->tokens.insert(kept_->tokens.end(), computed.begin(), computed.end());
  parts_.clear();
}

bool LaneWork::take_over(Sequence& sequence) {
  if (!kept_) return false;
  const size_t first = kept_->branch.length(), rows = kept_->tokens.size() - first;
  const std::span<const int32_t> tokens = sequence.reusable();
  const auto end =
      std::mismatch(kept_->tokens.begin(), kept_->tokens.end(), tokens.begin(), tokens.end()).first;
  const auto common = static_cast<size_t>(end - kept_->tokens.begin());
  const size_t useful = common > first ? common - first : 0;
  const size_t layers = model_.config().layers;
  if (sequence.branch.length() > first || useful * layers <= rows * (layers - layer_)) return false;
  sequence.resume(std::move(kept_->branch));
  parts_ = {{&sequence, {end - static_cast<std::ptrdiff_t>(useful), end}, 0}};
  interrupted_ = true;
  kept_.reset();
  return true;
}

void LaneWork::begin(std::vector<Part> parts, PassKind kind) {
  forget();
  parts_ = std::move(parts);
  begun_ = Clock::now();
  interrupted_ = false;
  layer_ = 0;
  wanted_.clear();
  std::vector<SequenceChunk> chunks;
  size_t rows = 0;
  for (const Part& part : parts_) {
    part.sequence->add_chunks(part.tokens, chunks);
    rows += part.tokens.size();
    for (size_t row = rows - part.logits; row < rows; ++row) wanted_.push_back(row);
  }
  logits_.begin(wanted_.size());
  model_.begin(*pass_, chunks, kind, wanted_);
}

bool LaneWork::involves(const Sequence& sequence) const {
  return std::any_of(parts_.begin(), parts_.end(),
                     [&sequence](const Part& part) { return part.sequence == &sequence; });
}

bool LaneWork::advance(const std::atomic<bool>& interrupt) {
  for (; layer_ < model_.config().layers; ++layer_) {
    if (model_.run_layer(*pass_, layer_, interrupt)) continue;
    interrupted_ = true;
    return false;
  }
  if (logits_.read(interrupt)) return true;
  interrupted_ = true;
  return false;
}

std::optional<double> LaneWork::elapsed() const {
  if (interrupted_) return std::nullopt;
  return std::chrono::duration<double>(Clock::now() - begun_).count();
}

std::vector<LaneWork::Part> LaneWork::take() {
  return std::exchange(parts_, {});
}

}  // namespace lacuna
