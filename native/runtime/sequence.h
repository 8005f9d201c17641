// A request on its way to its answer: its tokens so far, the KV it holds, and what it wants
// computed next. Belongs to the engine's thread.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <vector>

#include "runtime/answer_stream.h"
#include "runtime/prefix_tree.h"
#include "runtime/request.h"
#include "runtime/sampler.h"
#include "runtime/vocabulary.h"

namespace lacuna {

// Up to this many new tokens are computed each as if alone: for so few it is faster, too.
inline constexpr size_t kDecodeRun = 6;

// Tokens to take through the layers.
struct Feed {
  std::span<const int32_t> tokens;  // at the position `branch.length()`
  PassKind kind;
  size_t logits;  // rows that are wanted, the last ones
};

class Sequence {
 public:
  // Throws Error kInvalidArgument for an empty prompt, unknown token ids, options out of range, and
  // a prompt longer than the context that must not be trimmed. `vocabulary` must outlive it.
  //
  // Later requests have larger handles.
  Sequence(uint64_t handle, Request request, Listener listener, const Vocabulary& vocabulary,
           const ModelLimits& limits);
  Sequence(const Sequence&) = delete;
  Sequence& operator=(const Sequence&) = delete;

  uint64_t handle() const { return handle_; }
  Lane lane() const { return request_.lane; }

  // Whether it is served after `other`: in a lower lane, or later in the same.
  bool after(const Sequence& other) const {
    return lane() != other.lane() ? lane() > other.lane() : handle_ > other.handle_;
  }

  // The tokens whose KV may come from the tree: all but the last where its logits are needed.
  std::span<const int32_t> reusable() const;

  // Takes over KV that was in the tree: the branch of a prefix of `reusable()`.
  void resume(PrefixTree::Branch branch);

  // Tokens that have no KV yet.
  size_t pending() const { return tokens_.size() - branch.length(); }

  // What to compute next, where something is pending: up to `room` (≥ 1) tokens. Valid until the
  // sequence changes. The last token of a prompt goes alone, as if all before it had been resident:
  // so a prompt gets the same answer cold and warm, although many tokens together are rounded
  // otherwise than one.
  Feed feed(size_t room);

  // `fed` has run: takes what was generated, publishes the KV that counts, and tells whether that
  // was all. `logits` [feed.logits, vocabulary] is changed.
  std::optional<FinishReason> accept(std::span<const int32_t> fed, std::span<float> logits,
                                     PrefixTree& tree);

  // The last word; nothing may be called after one of them. The branch is given back before.
  void finish(FinishReason reason);
  void fail(std::exception_ptr error);

  // Of the first tokens; reserved pages behind.
  PrefixTree::Branch branch;

  bool parked = false;     // waits for pages until another sequence ends
  uint64_t last_turn = 0;  // when it last took part in a pass

 private:
  using Clock = std::chrono::steady_clock;

  std::optional<FinishReason> add(const SampledToken& token);
  void trim();

  const uint64_t handle_;
  const Request request_;
  const Listener listener_;
  const Vocabulary& vocabulary_;
  const size_t context_length_;
  Sampler sampler_;
  std::optional<AnswerStream> answer_;
  std::vector<int32_t> tokens_;  // prompt and answer, as far as they were not trimmed
  Summary summary_;
  size_t reached_ = 0;  // prompt tokens that were resident or computed
  std::optional<Clock::time_point> started_, decoding_;
};

}  // namespace lacuna
