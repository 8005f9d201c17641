// Who computes next. Lanes go first to last; what a lower one has begun stays where it is, between
// two layers or inside one, until no higher one has work. Belongs to the engine's thread.
//
// Inside a lane the sequences that decode share a pass, a row each (or a few, where a prompt has
// only a few tokens left). Prompts are computed one after the other, a chunk at a time; between
// chunks the others decode (LaneWork).
//
// Pages: what no sequence holds is forgotten first, the least recently used before others. Then the
// last sequence gives up its own – of the lowest lane, the latest arrival – and computes again what
// of them is gone when its turn comes. The last one of its own lane waits for others to end. Only
// where nobody else holds a page an answer ends with kContext.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <optional>

#include "runtime/lane_work.h"

namespace lacuna {

class Scheduler {
 public:
  // All must outlive it.
  Scheduler(DeviceModel& model, const Vocabulary& vocabulary, PrefixTree& tree);

  // A broken request ends at once.
  void add(uint64_t handle, Request request, Listener listener);

  // Ends it with kAborted; unknown handles are ignored. A pass over a part of its prompt stays
  // where it is, in case the next request has the same prompt.
  void cancel(uint64_t handle);
  void cancel_all();

  // Whether there are such passes, and the end of that: their pages go back.
  bool keeps() const;
  void forget();

  // Somebody other than a sequence has given pages back: who waits for some may try again.
  void unpark();

  // The lane that `run` would work for.
  std::optional<Lane> lane() const;

  // Takes that lane a step further; returns early where `interrupt` is seen, and the next call goes
  // on from there.
  void run(const std::atomic<bool>& interrupt);

 private:
  const TokenTrie* trie_for(const Request& request);
  const LineEnds* line_ends_for(const Request& request);
  size_t room_for(const LaneWork& lane, bool decodes) const;
  bool begin(LaneWork& lane, const std::atomic<bool>& interrupt);
  void guess(const std::vector<LaneWork::Part>& parts, size_t room,
             const std::atomic<bool>& interrupt);
  void add_drafts(std::vector<LaneWork::Part>& parts, size_t room);
  void complete(LaneWork& lane);
  void resume(Sequence& sequence);
  bool make_room(Sequence& sequence, const Feed& feed);
  Sequence* last_holder(const Sequence& sequence) const;
  std::unique_ptr<Sequence> remove(Sequence& sequence);

  LaneWork& lane_of(const Sequence& s) const { return *lanes_[static_cast<size_t>(s.lane())]; }

  DeviceModel& model_;
  const Vocabulary& vocabulary_;
  PrefixTree& tree_;
  std::array<std::unique_ptr<LaneWork>, kLanes> lanes_;
  DraftPolicy drafts_;
  std::optional<TokenTrie> trie_;      // made for the first request that wants healing
  std::optional<LineEnds> line_ends_;  // made for the first that wants a search
  uint64_t turns_ = 0;
};

}  // namespace lacuna
