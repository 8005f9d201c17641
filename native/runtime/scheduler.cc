#include "runtime/scheduler.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace lacuna {
Scheduler::Scheduler(DeviceModel& model, const Vocabulary& vocabulary, PrefixTree& tree)
    : model_(model),
      vocabulary_(vocabulary),
      tree_(tree),
      drafts_(std::min(kMostDecodeRows, model.max_chunk())) {
  for (auto& lane : lanes_) lane = std::make_unique<LaneWork>(model);
}

void Scheduler::add(uint64_t handle, Request request, Listener listener) {
  const ModelLimits limits{model_.config().vocabulary, model_.context_length()};
  std::unique_ptr<Sequence> sequence;
  std::exception_ptr error;
  try {
    const Sequence::Shared shared{vocabulary_,
                                  limits,
                                  drafts_,
                                  trie_for(request),
                                  line_ends_for(request),
                                  model_.pages(),
                                  std::min(kMostDecodeRows, model_.max_chunk())};
    sequence = std::make_unique<Sequence>(handle, std::move(request), listener, shared);
  } catch (...) {
    error = std::current_exception();
  }
  if (error) {
    // No longer being caught here, it is the listener's alone: no two threads share an exception.
    listener.on_end(std::move(error), Summary{});
    return;
  }
  LaneWork& lane = lane_of(*sequence);
  lane.sequences.push_back(std::move(sequence));
}

const TokenTrie* Scheduler::trie_for(const Request& request) {
  if (request.heal == 0) return nullptr;
  if (!trie_) trie_.emplace(vocabulary_);
  return &*trie_;
}

const LineEnds* Scheduler::line_ends_for(const Request& request) {
  if (request.beam < 2) return nullptr;
  if (!line_ends_) line_ends_.emplace(vocabulary_);
  return &*line_ends_;
}

void Scheduler::cancel(uint64_t handle) {
  for (const auto& lane : lanes_) {
    for (const auto& sequence : lane->sequences) {
      if (sequence->handle() != handle) continue;
      if (lane->involves(*sequence) && lane->is_prompt()) lane->keep();
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

bool Scheduler::keeps() const {
  return std::any_of(lanes_.begin(), lanes_.end(), [](const auto& lane) { return lane->keeps(); });
}

void Scheduler::forget() {
  for (const auto& lane : lanes_) lane->forget();
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
    if (!lane.under_way() && !begin(lane, interrupt)) return;
    if (lane.advance(interrupt)) complete(lane);
  } catch (...) {
    // Out of memory, in all likelihood: whoever was about to run hears of it.
    for (Sequence* sequence : lane.active()) remove(*sequence)->fail(std::current_exception());
  }
}

// Tokens that the next step of a lane may have.
size_t Scheduler::room_for(const LaneWork& lane, bool decodes) const {
  const std::vector<Sequence*> active = lane.active();
  const bool shared =
      std::any_of(active.begin(), active.end(), [](const Sequence* s) { return s->decodes(); });
  const size_t limit = decodes  ? kMostDecodeRows
                       : shared ? LaneWork::kSharedChunk
                                : model_.max_chunk();
  return std::min(limit, model_.max_chunk());
}

// False where nobody is left to take part; then somebody has ended or waits.
bool Scheduler::begin(LaneWork& lane, const std::atomic<bool>& interrupt) {
  for (Sequence* sequence : lane.active()) {
    resume(*sequence);
    if (sequence->pending() == 0) remove(*sequence)->finish(FinishReason::kLength);
  }
  const std::vector<Sequence*> chosen = lane.choose();
  if (chosen.empty()) return false;
  if (lane.take_over(*chosen.front())) return true;
  const bool decodes = chosen.front()->decodes();
  size_t room = room_for(lane, decodes);
  PassKind kind = PassKind::kDecode;
  std::vector<LaneWork::Part> parts;
  for (Sequence* sequence : chosen) {
    if (room == 0) break;
    // Making room for one may cost another its pages, and its place in this step.
    if (sequence->parked || sequence->decodes() != decodes) continue;
    const Feed feed = sequence->feed(room);
    if (feed.tokens.empty()) continue;
    const bool ready = make_room(*sequence, feed);
    std::erase_if(parts, [](const auto& part) { return part.sequence->branch.pages().empty(); });
    if (!ready) continue;
    parts.push_back({sequence, {feed.tokens.begin(), feed.tokens.end()}, feed.logits});
    room -= feed.tokens.size();
    kind = feed.kind;
  }
  if (kind == PassKind::kDecode) {
    guess(parts, room, interrupt);
    add_drafts(parts, room);
  }
  if (!parts.empty()) lane.begin(std::move(parts), kind);
  return lane.under_way();
}

// Where nothing is expected, the model's own module may guess, for all parts together. Interrupted
// or not, the step goes on.
void Scheduler::guess(const std::vector<LaneWork::Part>& parts, size_t room,
                      const std::atomic<bool>& interrupt) {
  MtpDrafts* const mtp = model_.mtp_drafts();
  if (mtp == nullptr) return;
  const bool may = drafts_.may_guess();
  std::vector<Sequence*> asking;
  std::vector<DraftRow> rows;
  for (const LaneWork::Part& part : parts) {
    if (!may && !part.sequence->forces_guess()) continue;
    const Feed feed{part.tokens, PassKind::kDecode, part.logits};
    const std::optional<DraftRow> row = part.sequence->wants_guess(feed, room);
    if (!row) continue;
    asking.push_back(part.sequence);
    rows.push_back(*row);
  }
  if (rows.empty()) return;
  std::vector<DraftedToken> drafted(rows.size());
  const auto begun = std::chrono::steady_clock::now();
  if (!mtp->draft(rows, drafted, interrupt)) return;
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begun;
  drafts_.guessed(seconds.count());
  for (size_t i = 0; i < asking.size(); ++i) asking[i]->guess(drafted[i]);
}

// Rows that are left go to drafts, as far as there are pages for them that nobody holds.
void Scheduler::add_drafts(std::vector<LaneWork::Part>& parts, size_t room) {
  size_t rows = 0;
  for (const LaneWork::Part& part : parts) rows += part.tokens.size();
  for (LaneWork::Part& part : parts) {
    PrefixTree::Branch& branch = part.sequence->branch;
    const Feed feed{part.tokens, PassKind::kDecode, part.logits};
    std::span<const int32_t> draft = part.sequence->draft(feed, rows, room);
    const size_t end = branch.length() + part.tokens.size();
    if (draft.empty() || !tree_.reserve(branch, end + draft.size())) continue;
    part.tokens.insert(part.tokens.end(), draft.begin(), draft.end());
    part.logits += draft.size();
    rows += draft.size();
    room -= draft.size();
  }
}

void Scheduler::complete(LaneWork& lane) {
  size_t rows = 0, logits = 0;
  DraftPolicy::Drafts drafts, guesses;
  const auto add = [](DraftPolicy::Drafts& sum, const DraftPolicy::Drafts& more) {
    sum.drafted += more.drafted;
    sum.accepted += more.accepted;
  };
  for (const LaneWork::Part& part : lane.take()) {
    part.sequence->last_turn = ++turns_;
    const Outcome outcome =
        part.sequence->accept(part.tokens, lane.logits().rows(logits, part.logits), tree_);
    logits += part.logits;
    rows += part.tokens.size();
    add(drafts, outcome.drafts);
    add(guesses, outcome.guesses);
    if (outcome.reason) remove(*part.sequence)->finish(*outcome.reason);
  }
  if (logits > 0) drafts_.passed(rows, drafts, guesses, lane.elapsed());
}

// Others may have computed more of its prompt than it has itself.
void Scheduler::resume(Sequence& sequence) {
  const std::span<const int32_t> tokens = sequence.reusable();
  const size_t length = sequence.branch.length();
  if (tokens.size() <= length || tree_.match(tokens) <= length) return;
  PrefixTree::Branch branch = tree_.acquire(tokens);
  if (branch.length() > length) sequence.resume(std::move(branch));
}

// Pages for what it feeds. False where the sequence now waits for some, or has ended.
bool Scheduler::make_room(Sequence& sequence, const Feed& feed) {
  while (!sequence.reserve(feed, tree_)) {
    if (keeps()) {
      forget();
      continue;
    }
    Sequence* const holder = last_holder(sequence);
    if (holder == nullptr && tree_.usage().held == sequence.held_pages()) {
      remove(sequence)->finish(FinishReason::kContext);
      return false;
    }
    if (holder == nullptr || !holder->after(sequence)) {
      sequence.parked = true;
      return false;
    }
    LaneWork& lane = lane_of(*holder);
    if (lane.involves(*holder)) lane.take();
    holder->give_up_pages();
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
  unpark();
  return removed;
}

void Scheduler::unpark() {
  for (const auto& lane : lanes_) {
    for (const auto& sequence : lane->sequences) sequence->parked = false;
  }
}

}  // namespace lacuna
