#include "runtime/copy_drafts.h"

#include <algorithm>

namespace lacuna {
namespace {

constexpr size_t kCandidates = 64;      // looked at for one draft
constexpr size_t kWorthResuming = 4;    // tokens that make a match a copy
constexpr uint32_t kInterruption = 16;  // tokens after which an interrupted copy is forgotten

}  // namespace

CopyDrafts::CopyDrafts(std::span<const int32_t> breaks) : text_(breaks) {}

void CopyDrafts::add_source(std::span<const int32_t> tokens) {
  for (const int32_t token : tokens) text_.append(token);
  text_.append_break();
}

void CopyDrafts::push(int32_t token) {
  text_.append(token);
  if (copy_.end != kNone && ++since_ > kInterruption) copy_ = {};
}

// The copy with the latest token: it ranks one token higher, whatever it once resumed.
CopyDrafts::Match CopyDrafts::going_on() const {
  const uint32_t end = copy_.end + since_;
  if (copy_.end == kNone || since_ > 1 || tokens()[end] != tokens().back()) return {};
  const size_t length = matching(end);
  return {end, length, std::max(length, copy_.rank + since_)};
}

// The longest match of two tokens or more, the latest among equals.
CopyDrafts::Match CopyDrafts::longest() const {
  Match best;
  size_t left = kCandidates;
  for (uint32_t end = text_.latest(); end != kNone && left > 0; end = text_.before(end), --left) {
    const size_t length = matching(end);
    if (length >= 2 && length > best.length && tokens()[end + 1] != kBreak)
      best = {end, length, length};
  }
  return best;
}

// The longest match near the place where the copy was interrupted, the first among equals.
CopyDrafts::Match CopyDrafts::resumed() const {
  Match best;
  if (copy_.end == kNone) return best;
  const size_t last = tokens().size() - 1;
  for (uint32_t end = copy_.end + 1; end < last && end <= copy_.end + kInterruption; ++end) {
    if (tokens()[end] == kBreak || tokens()[end + 1] == kBreak) break;
    const size_t length = matching(end);
    if (length > best.length) best = {end, length, length + kResumed};
  }
  return best;
}

CopyDrafts::Match CopyDrafts::best() const {
  if (tokens().size() < 2 || tokens().back() == kBreak) return {};
  Match best = going_on();
  const bool interrupted = best.end == kNone;
  for (const Match& other : {longest(), interrupted ? resumed() : Match{}}) {
    if (other.rank > best.rank) best = other;
  }
  return best.end != kNone && tokens()[best.end + 1] != kBreak ? best : Match{};
}

size_t CopyDrafts::next(size_t limit, std::vector<int32_t>& draft) {
  draft.clear();
  const Match match = best();
  if (match.end == kNone) return 0;
  if (match.length >= 2 && match.rank >= kWorthResuming) {
    copy_ = match;
    since_ = 0;
  }
  // A match that overlaps the end of the text is a repetition: it goes on with its own beginning.
  const size_t period = tokens().size() - 1 - match.end;
  while (draft.size() < limit) {
    const int32_t token = tokens()[match.end + 1 + draft.size() % period];
    if (token == kBreak) break;
    draft.push_back(token);
  }
  return match.length == 1 ? kOneToken : std::min(match.rank, kLongestMatch);
}

}  // namespace lacuna
