// What a client asks of the engine, and what it hears back.
#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "runtime/drafter.h"
#include "runtime/sampler.h"

namespace lacuna {

// Lower values are served first.
enum class Lane : int { kInline = 0, kChat = 1, kSpeculate = 2, kWarm = 3 };

inline constexpr size_t kLanes = 4;

// What happens when prompt and answer do not fit the context.
enum class Overflow {
  kStop,  // a longer prompt is refused, an answer ends with kContext
  kTrim,  // the middle is dropped: the first `keep_first` and the newest tokens stay
};

struct Request {
  std::vector<int32_t> tokens;  // the prompt, ≥ 1 token
  Lane lane = Lane::kInline;
  size_t max_tokens = 0;  // 0: only prefill
  SamplingOptions sampling;
  std::vector<std::string> stops;
  std::vector<int32_t> end_tokens;     // end the answer; not part of it
  std::vector<int32_t> banned_tokens;  // never sampled
  Overflow overflow = Overflow::kStop;
  size_t keep_first = 0;  // of kTrim; at most half the context
  // Of the last tokens of the prompt so many may be taken back, for the answer to write their bytes
  // again (see healing.h).
  size_t heal = 0;
  DraftOptions drafts;
  // Above 1: the answer begins with the line that a search over so many beginnings finds (see
  // beam.h), told when it is found; the lines behind it are greedy. Without a temperature and
  // without a penalty.
  size_t beam = 1;
};

struct TokenEvent {
  int32_t id;
  std::string text;  // whole characters that became safe to show, possibly none
  float log_probability;
};

enum class FinishReason { kStop, kEnd, kLength, kContext, kAborted };
const char* finish_reason_name(FinishReason reason);

// A first line that a search has found.
struct FoundLine {
  std::vector<TokenEvent> tokens;
  double log_probability;
};

struct Summary {
  FinishReason reason = FinishReason::kAborted;
  size_t prompt_tokens = 0;    // as they were sent
  size_t resident_tokens = 0;  // leading prompt tokens that needed no work
  size_t generated_tokens = 0;
  size_t healed_tokens = 0;                                // taken back from the prompt
  size_t drafted_tokens = 0;                               // guesses that were verified
  size_t accepted_tokens = 0;                              // those of them that became the answer
  size_t mtp_drafted_tokens = 0, mtp_accepted_tokens = 0;  // … that the model's own module guessed
  size_t trimmed_tokens = 0;                               // dropped to fit the context
  double prefill_ms = 0;  // from the first work on the request; pauses for other lanes count
  double decode_ms = 0;
  std::vector<FoundLine> lines;  // of a search, best first: the answer, and what else there was
};

// What a model holds its requests to.
struct ModelLimits {
  size_t vocabulary;
  size_t context_length;
};

// Throws Error kInvalidArgument for no tokens, and for ids outside the vocabulary.
void check_tokens(std::span<const int32_t> tokens, const ModelLimits& limits);

// … and for more tokens than the context holds.
void check_fits(std::span<const int32_t> tokens, const ModelLimits& limits);

// Error kClosed: the engine went away first.
std::exception_ptr closed_error();

// Both are called on the engine's thread. `on_end` comes exactly once, with an error or a summary.
struct Listener {
  std::function<void(TokenEvent)> on_token;
  std::function<void(std::exception_ptr, const Summary&)> on_end;
};

}  // namespace lacuna
