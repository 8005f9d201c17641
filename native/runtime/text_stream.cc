#include "runtime/text_stream.h"

#include <algorithm>

#include "runtime/utf8.h"

namespace lacuna {
namespace {

// Length of the longest end of `text` that begins `stop` without completing it.
size_t overlap(std::string_view text, std::string_view stop) {
  for (size_t n = std::min(text.size(), stop.size() - 1); n > 0; --n) {
    if (text.substr(text.size() - n) == stop.substr(0, n)) return n;
  }
  return 0;
}

}  // namespace

TextStream::TextStream(std::vector<std::string> stops) : stops_(std::move(stops)) {
  std::erase_if(stops_, [](const std::string& stop) { return stop.empty(); });
}

std::string TextStream::push(std::string_view bytes) {
  if (stopped_) return "";
  held_ += bytes;
  size_t end = std::string::npos;
  for (const std::string& stop : stops_) end = std::min(end, held_.find(stop));
  if (end != std::string::npos) {
    stopped_ = true;
    held_.resize(end);
    return finish();
  }
  size_t keep = unfinished_utf8_tail(held_);
  for (const std::string& stop : stops_) keep = std::max(keep, overlap(held_, stop));
  return release(held_.size() - keep);
}

std::string TextStream::finish() {
  const size_t whole = held_.size() - unfinished_utf8_tail(held_);
  std::string text = release(whole);
  held_.clear();
  return text;
}

std::string TextStream::release(size_t bytes) {
  // A stop string may begin in the middle of a character only if it is not UTF-8 itself; never cut
  // one anyway.
  bytes -= unfinished_utf8_tail(std::string_view(held_).substr(0, bytes));
  std::string text = valid_utf8(std::string_view(held_).substr(0, bytes));
  held_.erase(0, bytes);
  return text;
}

}  // namespace lacuna
