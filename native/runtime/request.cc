#include "runtime/request.h"

#include <algorithm>

#include "format/error.h"

namespace lacuna {

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

void check_tokens(std::span<const int32_t> tokens, const ModelLimits& limits) {
  if (tokens.empty()) {
    throw Error(ErrorCode::kInvalidArgument, "the prompt has no tokens",
                "Send at least one token.");
  }
  const auto unknown = std::find_if(tokens.begin(), tokens.end(), [&limits](int32_t id) {
    return id < 0 || static_cast<size_t>(id) >= limits.vocabulary;
  });
  if (unknown != tokens.end()) {
    throw Error(ErrorCode::kInvalidArgument,
                "token " + std::to_string(*unknown) + " is outside the model's vocabulary of " +
                    std::to_string(limits.vocabulary),
                "Encode the text with this model's own tokenizer.");
  }
}

void check_fits(std::span<const int32_t> tokens, const ModelLimits& limits) {
  if (tokens.size() <= limits.context_length) return;
  throw Error(ErrorCode::kInvalidArgument,
              "the prompt has " + std::to_string(tokens.size()) +
                  " tokens, but the context holds " + std::to_string(limits.context_length),
              "Shorten the prompt, let it be trimmed, or load the model with a longer context.");
}

std::exception_ptr closed_error() {
  return std::make_exception_ptr(Error(ErrorCode::kClosed,
                                       "the engine was closed before the request was served",
                                       "Load the model again."));
}

}  // namespace lacuna
