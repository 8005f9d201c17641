#include "runtime/scheduler.h"

#include <algorithm>
#include <utility>

namespace lacuna {

Scheduler::Scheduler(DeviceModel& model, const Vocabulary& vocabulary, PrefixTree& tree)
    : model_(model), vocabulary_(vocabulary), tree_(tree) {
  for (auto& lane : lanes_) lane = std::make_unique<LaneWork>(model);
}

void Scheduler::add(uint64_t handle, Request request, Listener listener) {
  const ModelLimits limits{model_.config().vocabulary, model_.context_length()};
  std::unique_ptr<Sequence> sequence;
  try {
    sequence =
        std::make_unique<Sequence>(handle, std::move(request), listener, vocabulary_, limits);
  } catch (...) {
    listener.on_end(std::current_exception(), Summary{});
    return;
  }
  LaneWork& lane = lane_of(*sequence);
  lane.sequences.push_back(std::move(sequence));
}

void Scheduler::cancel(uint64_t handle) {
  for (const auto& lane : lanes_) {
    for (const auto& sequence : lane->sequences) {
      if (sequence->handle() != handle) continue;
      remove(*sequence)->finish(FinishReason::kAborted);
      return;
    }
  }
}

void Scheduler::cancel_all() {
  for (const auto& lane : lanes_) {
    while (!lane->sequences.empty()) {
      remove(*lane->sequences.front())->finish(FinishReason::kAborted);
    }
  }
}

std::optional<Lane> Scheduler::lane() const {
  for (size_t i = 0; i < lanes_.size(); ++i) {
    if (lanes_[i]->under_way() || !lanes_[i]->active().empty()) return static_cast<Lane>(i);
  }
  return std::nullopt;
}

void Scheduler::run(const std::atomic<bool>& interrupt) {
  const std::optional<Lane> first = lane();
  if (!first) return;
  LaneWork& lane = *lanes_[static_cast<size_t>(*first)];
  try {
    if (!lane.under_way() && !begin(lane)) return;
    if (lane.advance(interrupt)) complete(lane);
  } catch (...) {
    // Out of memory, in all likelihood: whoever was about to run hears of it.
    for (Sequence* sequence : lane.active()) remove(*sequence)->fail(std::current_exception());
  }
}

// False where nobody is left to take part; then somebody has ended or waits.
bool Scheduler::begin(LaneWork& lane) {
  for (Sequence* sequence : lane.active()) {
    resume(*sequence);
    if (sequence->pending() == 0) remove(*sequence)->finish(FinishReason::kLength);
  }
  const std::vector<Sequence*> chosen = lane.choose();
  if (chosen.empty()) return false;
  const bool decodes = chosen.front()->pending() <= kDecodeRun;
  size_t room = decodes ? std::min(kMostDecodeRows, model_.max_chunk()) : model_.max_chunk();
  PassKind kind = PassKind::kDecode;
  std::vector<LaneWork::Part> parts;
  for (Sequence* sequence : chosen) {
    if (room == 0) break;
    // Making room for one may cost another its pages, and its place in this step.
    if (sequence->parked || (decodes && sequence->pending() > kDecodeRun)) continue;
    const Feed feed = sequence->feed(room);
    const bool ready = make_room(*sequence, sequence->branch.length() + feed.tokens.size());
    std::erase_if(parts, [](const auto& part) { return part.sequence->branch.pages().empty(); });
    if (!ready) continue;
    parts.push_back({sequence, {feed.tokens.begin(), feed.tokens.end()}, feed.logits});
    room -= feed.tokens.size();
    kind = feed.kind;
  }
  if (!parts.empty()) lane.begin(std::move(parts), kind);
  return lane.under_way();
}

void Scheduler::complete(LaneWork& lane) {
  std::span<float> logits = lane.logits();
  for (const LaneWork::Part& part : lane.take()) {
    const size_t values = part.logits * model_.config().vocabulary;
    part.sequence->last_turn = ++turns_;
    const std::optional<FinishReason> reason =
        part.sequence->accept(part.tokens, logits.first(values), tree_);
    logits = logits.subspan(values);
    if (reason) remove(*part.sequence)->finish(*reason);
  }
}

// Others may have computed more of its prompt than it has itself.
void Scheduler::resume(Sequence& sequence) {
  const std::span<const int32_t> tokens = sequence.reusable();
  const size_t length = sequence.branch.length();
  if (tokens.size() <= length || tree_.match(tokens) <= length) return;
  PrefixTree::Branch branch = tree_.acquire(tokens);
  if (branch.length() > length) sequence.resume(std::move(branch));
}

// Pages for `length` positions. False where the sequence now waits for some, or has ended.
bool Scheduler::make_room(Sequence& sequence, size_t length) {
  while (!tree_.reserve(sequence.branch, length)) {
    Sequence* const holder = last_holder(sequence);
    if (holder == nullptr) {
      remove(sequence)->finish(FinishReason::kContext);
      return false;
    }
    if (!holder->after(sequence)) {
      sequence.parked = true;
      return false;
    }
    LaneWork& lane = lane_of(*holder);
    if (lane.involves(*holder)) lane.take();
    holder->branch.release();
    holder->parked = holder->lane() == sequence.lane();
  }
  return true;
}

// The last in order, other than `sequence`, that has pages.
Sequence* Scheduler::last_holder(const Sequence& sequence) const {
  Sequence* last = nullptr;
  for (const auto& lane : lanes_) {
    for (const auto& other : lane->sequences) {
      if (other.get() != &sequence && !other->branch.pages().empty()) last = other.get();
    }
  }
  return last;
}

// A step that it takes part in is thrown away; the others in it are chosen again.
std::unique_ptr<Sequence> Scheduler::remove(Sequence& sequence) {
  LaneWork& lane = lane_of(sequence);
  if (lane.involves(sequence)) lane.take();
  const auto found = std::find_if(lane.sequences.begin(), lane.sequences.end(),
                                  [&sequence](const auto& s) { return s.get() == &sequence; });
  std::unique_ptr<Sequence> removed = std::move(*found);
  lane.sequences.erase(found);
  for (const auto& each : lanes_) {
    for (const auto& other : each->sequences) other->parked = false;
  }
  return removed;
}

}  // namespace lacuna
