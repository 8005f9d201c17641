#include "runtime/sequence.h"

#include <algorithm>
#include <string>
#include <utility>

#include "format/error.h"
#include "runtime/context_trim.h"

namespace lacuna {
namespace {

double milliseconds(std::chrono::steady_clock::duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

bool contains(const std::vector<int32_t>& list, int32_t id) {
  return std::find(list.begin(), list.end(), id) != list.end();
}

// Throws Error kInvalidArgument.
void check(const Request& request, const ModelLimits& limits) {
  check_tokens(request.tokens, limits);
  if (request.overflow == Overflow::kStop) {
    check_fits(request.tokens, limits);
  } else if (request.keep_first > limits.context_length / 2) {
    throw Error(ErrorCode::kInvalidArgument,
                "trimming cannot keep the first " + std::to_string(request.keep_first) +
                    " tokens of a context of " + std::to_string(limits.context_length),
                "Keep at most half of the context, or load the model with a longer one.");
  }
}

}  // namespace

Sequence::Sequence(uint64_t handle, Request request, Listener listener,
                   const Vocabulary& vocabulary, const ModelLimits& limits)
    : handle_(handle),
      request_(std::move(request)),
      listener_(std::move(listener)),
      vocabulary_(vocabulary),
      context_length_(limits.context_length),
      sampler_(request_.sampling, limits.vocabulary, request_.banned_tokens),
      tokens_(request_.tokens) {
  check(request_, limits);
  answer_.emplace(request_.stops, listener_.on_token);
  summary_.prompt_tokens = tokens_.size();
  trim();
}

std::span<const int32_t> Sequence::reusable() const {
  return std::span(tokens_).first(tokens_.size() - (request_.max_tokens > 0 ? 1 : 0));
}

void Sequence::resume(PrefixTree::Branch other) {
  branch = std::move(other);
  if (summary_.generated_tokens > 0) return;
  if (branch.length() > reached_) summary_.resident_tokens += branch.length() - reached_;
  reached_ = std::max(reached_, branch.length());
}

Feed Sequence::feed(size_t room) {
  if (!started_) started_ = Clock::now();
  const std::span rest = std::span(tokens_).subspan(branch.length());
  if (rest.size() <= std::min(kDecodeRun, room)) {
    return {rest, PassKind::kDecode, request_.max_tokens > 0 ? size_t{1} : 0};
  }
  const size_t n = std::min(room, rest.size() - 1);
  return {rest.first(n), n <= kDecodeRun ? PassKind::kDecode : PassKind::kPrefill, 0};
}

std::optional<FinishReason> Sequence::accept(std::span<const int32_t> fed, std::span<float> logits,
                                             PrefixTree& tree) {
  std::optional<FinishReason> reason;
  if (!logits.empty()) {
    if (!decoding_) decoding_ = Clock::now();
    reason = add(sampler_.sample(logits, tokens_));
  }
  // What was computed counts as far as it became the text.
  const std::span text = std::span(tokens_).subspan(branch.length());
  const auto end = std::mismatch(fed.begin(), fed.end(), text.begin(), text.end()).first;
  tree.publish(branch, {fed.begin(), end});
  reached_ = std::max(reached_, branch.length());

  if (reason) return reason;
  if (pending() == 0) return FinishReason::kLength;
  if (tokens_.size() <= context_length_) return std::nullopt;
  if (request_.overflow == Overflow::kStop) return FinishReason::kContext;
  trim();
  return std::nullopt;
}

std::optional<FinishReason> Sequence::add(const SampledToken& token) {
  if (contains(request_.end_tokens, token.id)) return FinishReason::kEnd;
  tokens_.push_back(token.id);
  ++summary_.generated_tokens;
  if (answer_->push(token, vocabulary_.bytes(token.id))) return FinishReason::kStop;
  if (summary_.generated_tokens == request_.max_tokens) return FinishReason::kLength;
  return std::nullopt;
}

// Positions behind the cut change, so their KV cannot be kept.
void Sequence::trim() {
  if (request_.overflow != Overflow::kTrim) return;
  const size_t drop = tokens_to_trim(tokens_.size(), request_.keep_first, context_length_);
  if (drop == 0) return;
  const auto cut = tokens_.begin() + static_cast<std::ptrdiff_t>(request_.keep_first);
  tokens_.erase(cut, cut + static_cast<std::ptrdiff_t>(drop));
  summary_.trimmed_tokens += drop;
  branch.release();
}

void Sequence::finish(FinishReason reason) {
  branch.release();
  answer_.reset();
  const Clock::time_point now = Clock::now(), prefilled = decoding_.value_or(now);
  summary_.reason = reason;
  summary_.prefill_ms = milliseconds(prefilled - started_.value_or(prefilled));
  summary_.decode_ms = milliseconds(now - prefilled);
  listener_.on_end(nullptr, summary_);
}

void Sequence::fail(std::exception_ptr error) {
  branch.release();
  answer_.reset();
  listener_.on_end(std::move(error), Summary{});
}

}  // namespace lacuna
