#include "runtime/answer_stream.h"

#include <utility>

namespace lacuna {

AnswerStream::AnswerStream(const std::vector<std::string>& stops,
                           const std::function<void(TokenEvent)>& on_token)
    : text_(stops), on_token_(on_token) {}

AnswerStream::~AnswerStream() {
  if (waiting_.empty()) return;
  waiting_.back().text += text_.finish();
  deliver();
}

bool AnswerStream::push(const SampledToken& token, std::string_view bytes) {
  waiting_.push_back({token.id, text_.push(bytes), token.log_probability});
  if (!text_.holding()) deliver();
  return text_.stopped();
}

void AnswerStream::deliver() {
  for (TokenEvent& event : waiting_) on_token_(std::move(event));
  waiting_.clear();
}

}  // namespace lacuna
