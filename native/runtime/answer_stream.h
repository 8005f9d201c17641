// Tokens with the text they made safe to show. A token whose text is still held back waits until
// the next tokens decide, so the texts of all tokens together are the whole answer.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/request.h"
#include "runtime/text_stream.h"

namespace lacuna {

class AnswerStream {
 public:
  AnswerStream(const std::vector<std::string>& stops,
               const std::function<void(TokenEvent)>& on_token);

  // Delivers what is still waiting.
  ~AnswerStream();
  AnswerStream(const AnswerStream&) = delete;
  AnswerStream& operator=(const AnswerStream&) = delete;

  // Adds a token with its bytes; true when a stop string has come.
  bool push(const SampledToken& token, std::string_view bytes);

 private:
  void deliver();

  TextStream text_;
  std::vector<TokenEvent> waiting_;
  const std::function<void(TokenEvent)>& on_token_;
};

}  // namespace lacuna
