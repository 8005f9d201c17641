#include "runtime/session.h"

#include <algorithm>
#include <chrono>
#include <numeric>

#include "format/error.h"
#include "runtime/answer_stream.h"

namespace lacuna {
namespace {

using Clock = std::chrono::steady_clock;

// Up to this many tokens of a prompt are computed each as if alone, which is faster for so few.
constexpr size_t kDecodeTokens = 6;

double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

bool contains(const std::vector<int32_t>& list, int32_t id) {
  return std::find(list.begin(), list.end(), id) != list.end();
}

}  // namespace

const char* finish_reason_name(FinishReason reason) {
  switch (reason) {
    case FinishReason::kStop:
      return "stop";
    case FinishReason::kEnd:
      return "end";
    case FinishReason::kLength:
      return "length";
    case FinishReason::kContext:
      return "context";
    case FinishReason::kAborted:
      return "aborted";
  }
  return "aborted";
}

Session::Session(std::unique_ptr<DeviceModel> model, Vocabulary vocabulary)
    : model_(std::move(model)),
      pass_(model_->make_pass()),
      pages_(model_->pages()),
      vocabulary_(std::move(vocabulary)),
      logits_(model_->config().vocabulary) {
  std::iota(pages_.begin(), pages_.end(), PageId{0});
  cached_.reserve(model_->context_length());
  sequence_.reserve(model_->context_length() + 1);
}

void Session::check(std::span<const int32_t> tokens) const {
  const size_t vocabulary = model_->config().vocabulary;
  if (tokens.empty()) {
    throw Error(ErrorCode::kInvalidArgument, "the prompt has no tokens",
                "Send at least one token.");
  }
  for (const int32_t id : tokens) {
    if (id < 0 || static_cast<size_t>(id) >= vocabulary) {
      throw Error(ErrorCode::kInvalidArgument,
                  "token " + std::to_string(id) + " is outside the model's vocabulary of " +
                      std::to_string(vocabulary),
                  "Encode the text with this model's own tokenizer.");
    }
  }
  if (tokens.size() > model_->context_length()) {
    throw Error(ErrorCode::kInvalidArgument,
                "the prompt has " + std::to_string(tokens.size()) +
                    " tokens, but the context holds " + std::to_string(model_->context_length()),
                "Shorten the prompt or load the model with a longer context.");
  }
}

size_t Session::resident(std::span<const int32_t> tokens) const {
  const size_t limit = std::min(tokens.size(), cached_.size());
  return static_cast<size_t>(
      std::mismatch(tokens.begin(), tokens.begin() + limit, cached_.begin()).first -
      tokens.begin());
}

// One pass over `tokens` at `position` ≤ the cache's length; what lay behind is lost once the pass
// has begun. False when aborted, and then the cache ends at `position`, or is as before if nothing
// was computed.
bool Session::forward(std::span<const int32_t> tokens, size_t position, PassKind kind,
                      const std::atomic<bool>& aborted) {
  if (aborted.load(std::memory_order_relaxed)) return false;
  cached_.resize(position);
  const SequenceChunk chunk{tokens, position, pages_};
  model_->begin(*pass_, std::span(&chunk, 1), kind);
  for (size_t layer = 0; layer < model_->config().layers; ++layer) {
    if (!model_->run_layer(*pass_, layer, aborted)) return false;
  }
  cached_.insert(cached_.end(), tokens.begin(), tokens.end());
  last_pass_ = tokens.size();
  return true;
}

bool Session::prefill(std::span<const int32_t> tokens, size_t position,
                      const std::atomic<bool>& aborted) {
  for (size_t done = 0; done < tokens.size();) {
    const size_t n = std::min(tokens.size() - done, model_->max_chunk());
    const PassKind kind = n <= kDecodeTokens ? PassKind::kDecode : PassKind::kPrefill;
    if (!forward(tokens.subspan(done, n), position + done, kind, aborted)) return false;
    done += n;
  }
  return true;
}

Summary Session::generate(const Request& request, const std::function<void(TokenEvent)>& on_token,
                          const std::atomic<bool>& aborted) {
  check(request.tokens);
  Sampler sampler(request.sampling, model_->config().vocabulary, request.banned_tokens);
  const Clock::time_point start = Clock::now();
  Summary summary;
  summary.prompt_tokens = request.tokens.size();

  // The last token is computed even if it is resident: its logits are needed. A warm-up needs none.
  size_t keep = resident(request.tokens);
  if (keep == request.tokens.size() && request.max_tokens > 0) --keep;
  summary.resident_tokens = keep;
  // A pure warm-up of something resident must not throw away what follows it.
  if (keep == request.tokens.size()) {
    summary.reason = FinishReason::kLength;
    return summary;
  }
  // The last token goes alone, as it would if all before it were resident: so a prompt gets the
  // same answer cold and warm, although many tokens at a time are computed in another precision
  // than one.
  const std::span prompt(request.tokens);
  const bool ready = prefill(prompt.subspan(keep, prompt.size() - 1 - keep), keep, aborted) &&
                     forward(prompt.last(1), prompt.size() - 1, PassKind::kDecode, aborted);
  summary.prefill_ms = milliseconds_since(start);
  if (!ready) return summary;

  const Clock::time_point decoding = Clock::now();
  summary.reason = decode(request, sampler, summary, on_token, aborted);
  summary.decode_ms = milliseconds_since(decoding);
  return summary;
}

FinishReason Session::decode(const Request& request, Sampler& sampler, Summary& summary,
                             const std::function<void(TokenEvent)>& on_token,
                             const std::atomic<bool>& aborted) {
  AnswerStream answer(request.stops, on_token);
  sequence_.assign(request.tokens.begin(), request.tokens.end());
  while (summary.generated_tokens < request.max_tokens) {
    if (aborted.load(std::memory_order_relaxed)) return FinishReason::kAborted;
    const size_t last = last_pass_ - 1;
    if (!model_->logits(*pass_, std::span(&last, 1), logits_.data(), aborted))
      return FinishReason::kAborted;
    const SampledToken token = sampler.sample(logits_, sequence_);
    if (contains(request.end_tokens, token.id)) return FinishReason::kEnd;
    sequence_.push_back(token.id);
    ++summary.generated_tokens;
    if (answer.push(token, vocabulary_.bytes(token.id))) return FinishReason::kStop;
    if (summary.generated_tokens == request.max_tokens) break;
    if (cached_.size() == model_->context_length()) return FinishReason::kContext;
    if (!forward(std::span(&token.id, 1), cached_.size(), PassKind::kDecode, aborted))
      return FinishReason::kAborted;
  }
  return FinishReason::kLength;
}

std::vector<float> Session::logits(std::span<const int32_t> tokens, size_t chunk,
                                   const std::atomic<bool>& aborted) {
  check(tokens);
  if (chunk == 0)
    throw Error(ErrorCode::kInvalidArgument, "a chunk of 0 tokens", "Use a chunk of 1 or more.");
  const size_t vocabulary = model_->config().vocabulary;
  const size_t step = std::min(chunk, model_->max_chunk());
  std::vector<float> out(tokens.size() * vocabulary);
  std::vector<size_t> all(step);
  std::iota(all.begin(), all.end(), size_t{0});
  const std::span<const size_t> rows(all);
  for (size_t first = 0; first < tokens.size(); first += step) {
    const size_t n = std::min(step, tokens.size() - first);
    const PassKind kind = n <= kDecodeTokens ? PassKind::kDecode : PassKind::kPrefill;
    if (!forward(tokens.subspan(first, n), first, kind, aborted)) return {};
    if (!model_->logits(*pass_, rows.first(n), out.data() + first * vocabulary, aborted)) return {};
  }
  return out;
}

}  // namespace lacuna
