// Turns a stream of token bytes into text that is safe to show: whole UTF-8 characters only, and
// nothing that could still turn out to be the beginning of a stop string.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lacuna {

class TextStream {
 public:
  // Empty stop strings are ignored.
  explicit TextStream(std::vector<std::string> stops);

  // Adds a token's bytes and returns the text that can be shown now, possibly empty. Bytes that
  // cannot be UTF-8 become U+FFFD. Once a stop string has come, text ends before it and nothing
  // more is returned.
  std::string push(std::string_view bytes);

  // Returns what was held back; an unfinished character at the end is dropped.
  std::string finish();

  // Whether text is held back that the next bytes will decide about.
  bool holding() const { return !held_.empty(); }

  bool stopped() const { return stopped_; }

 private:
  std::string release(size_t bytes);

  std::vector<std::string> stops_;
  std::string held_;
  bool stopped_ = false;
};

}  // namespace lacuna
