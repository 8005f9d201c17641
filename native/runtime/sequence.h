// A request on its way to its answer: its tokens so far, the KV it holds, and what it wants
// computed next. Belongs to the engine's thread.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <vector>

#include "runtime/answer_stream.h"
#include "runtime/beam.h"
#include "runtime/copy_mixture.h"
#include "runtime/drafter.h"
#include "runtime/healing.h"
#include "runtime/prefix_tree.h"
#include "runtime/request.h"
#include "runtime/sampler.h"
#include "runtime/step_logits.h"
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

// What became of a step.
struct Outcome {
  std::optional<FinishReason> reason;  // where that was all
  DraftPolicy::Drafts drafts;          // tokens that were verified
  DraftPolicy::Drafts guesses;         // those of them that the model's own module guessed
};

class Sequence {
 public:
  // What the sequences of a model share. What is referred to outlives them.
  struct Shared {
    const Vocabulary& vocabulary;
    ModelLimits limits;
    DraftPolicy& drafts;
    const TokenTrie* trie;      // where the request asks for healing
    const LineEnds* line_ends;  // … and for a search
    size_t pages;               // of the KV cache
    size_t decode_rows;         // that a pass may have
  };

  // Throws Error kInvalidArgument for an empty prompt, unknown token ids, options out of range, and
  // a prompt longer than the context that must not be trimmed.
  //
  // Later requests have larger handles.
  Sequence(uint64_t handle, Request request, Listener listener, const Shared& shared);
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
  size_t pending() const {
    return searching() ? beam_->tokens().size() : tokens_.size() - branch.length();
  }

  // Whether those go as rows of a decoding pass.
  bool decodes() const { return pending() <= kDecodeRun; }

  // What to compute next, where something is pending: up to `room` (≥ 1) tokens. Valid until the
  // sequence changes; none where a search needs more. The last token of a prompt goes alone, as if
  // all before it had been resident: so a prompt gets the same answer cold and warm, although many
  // tokens together are rounded otherwise than one.
  Feed feed(size_t room);

  // What the model's own module would need for a guess of what follows the fed token, where that
  // would be of use and its pages are reserved. `room` as for `draft`. Valid until the sequence
  // changes.
  std::optional<DraftRow> wants_guess(const Feed& feed, size_t room) const;

  // Whether a guess is asked for whatever it costs.
  bool forces_guess() const { return drafter_ && drafter_->forces_guess(); }

  // The guess.
  void guess(const DraftedToken& drafted) { drafter_->guess(drafted); }

  // Expectations of what follows the fed tokens, where their last logits are wanted: up to `room`
  // tokens to verify in the same kDecode pass, of `rows` rows without them. Valid until the
  // sequence changes.
  std::span<const int32_t> draft(const Feed& feed, size_t rows, size_t room) const;

  // `fed` has run, drafts included: takes what was generated and publishes the KV that counts.
  // `logits` are those of the last rows of `fed`. Of the rows behind a drafted token those count
  // where it was right, so that it makes no difference to the answer.
  Outcome accept(std::span<const int32_t> fed, const StepLogits::Rows& logits, PrefixTree& tree);

  // Pages for `feed` behind the branch. False where the pool is exhausted; those that could be had
  // stay.
  bool reserve(const Feed& feed, PrefixTree& tree);

  // Pages that it holds, each once.
  size_t held_pages() const;

  // Gives its pages back; what of them is gone when its turn comes is computed again, and a search
  // begins anew.
  void give_up_pages();

  // The chunks of a pass that computes `fed`. Valid as long as `fed` and until the sequence
  // changes.
  void add_chunks(std::span<const int32_t> fed, std::vector<SequenceChunk>& chunks) const;

  // The last word; nothing may be called after one of them. The branch is given back before.
  void finish(FinishReason reason);
  void fail(std::exception_ptr error);

  // Of the first tokens; reserved pages behind.
  PrefixTree::Branch branch;

  bool parked = false;     // waits for pages until another sequence ends
  uint64_t last_turn = 0;  // when it last took part in a pass

 private:
  using Clock = std::chrono::steady_clock;

  SampledToken choose(const StepLogits::Rows& logits, size_t row);
  std::optional<FinishReason> push(const SampledToken& token);
  size_t draft_room(const Feed& feed, size_t room) const;
  bool searching() const { return beam_ && beam_->searching(); }
  void plan_search(const Shared& shared);
  Outcome search(std::span<const int32_t> fed, const StepLogits::Rows& logits, PrefixTree& tree);
  void keep_found(const BeamLine& line);
  std::optional<FinishReason> make_fit();
  void heal(const TokenTrie& trie);
  void trim();

  const uint64_t handle_;
  const Request request_;
  const Listener listener_;
  const Vocabulary& vocabulary_;
  const ModelLimits limits_;
  Sampler sampler_;
  std::optional<AnswerStream> answer_;
  std::vector<int32_t> tokens_;     // prompt and answer, as far as they were not trimmed
  std::optional<Healing> healing_;  // until the bytes taken back are written again
  std::optional<Drafter> drafter_;
  std::optional<CopyMixture> copies_;
  std::optional<Beam> beam_;  // until it has found the first line
  Summary summary_;
  size_t reached_ = 0;  // prompt tokens that were resident or computed
  std::optional<Clock::time_point> started_, decoding_;
};

}  // namespace lacuna
