#include "runtime/copy_drafts.h"

#include <algorithm>

namespace lacuna {
namespace {

constexpr size_t kCandidates = 64;      // looked at for one draft
constexpr size_t kWorthResuming = 4;    // tokens that make a match a copy
constexpr uint32_t kInterruption = 16;  // tokens after which an interrupted copy is forgotten

}  // namespace

CopyDrafts::CopyDrafts(std::span<const int32_t> breaks)
    : breaks_(breaks.begin(), breaks.end()), heads_(1024, kNone) {
  std::sort(breaks_.begin(), breaks_.end());
}

void CopyDrafts::add_source(std::span<const int32_t> tokens) {
  for (const int32_t token : tokens) append(token);
  append(kBreak);
}

void CopyDrafts::push(int32_t token) {
  append(token);
  if (copy_.end != kNone && ++since_ > kInterruption) copy_ = {};
}

void CopyDrafts::append(int32_t token) {
  const bool breaks = std::binary_search(breaks_.begin(), breaks_.end(), token);
  tokens_.push_back(breaks ? kBreak : token);
  previous_.push_back(kNone);
  if (tokens_.size() > heads_.size()) grow();
  const auto position = static_cast<uint32_t>(tokens_.size() - 1);
  if (position == 0 || tokens_[position] == kBreak || tokens_[position - 1] == kBreak) return;
  uint32_t& head = chain_of(position);
  previous_[position] = head;
  head = position;
}

// Fibonacci hashing of the pair of tokens that ends at `position` ≥ 1.
uint32_t& CopyDrafts::chain_of(uint32_t position) {
  const uint64_t pair = static_cast<uint64_t>(static_cast<uint32_t>(tokens_[position - 1])) << 32 |
                        static_cast<uint32_t>(tokens_[position]);
  return heads_[(pair * 0x9e3779b97f4a7c15) >> 40 & (heads_.size() - 1)];
}

void CopyDrafts::grow() {
  heads_.assign(heads_.size() * 2, kNone);
  for (uint32_t p = 1; p + 1 < tokens_.size(); ++p) {
    if (tokens_[p] == kBreak || tokens_[p - 1] == kBreak) continue;
    uint32_t& head = chain_of(p);
    previous_[p] = head;
    head = p;
  }
}

// Tokens before and at `end` that equal those at the end of the text.
size_t CopyDrafts::matching(uint32_t end) const {
  const size_t last = tokens_.size() - 1;
  size_t length = 0;
  while (length < kLongestMatch && length <= end && tokens_[end - length] != kBreak &&
         tokens_[end - length] == tokens_[last - length])
    ++length;
  return length;
}

// The copy with the latest token: it ranks one token higher, whatever it once resumed.
CopyDrafts::Match CopyDrafts::going_on() const {
  const uint32_t end = copy_.end + since_;
  if (copy_.end == kNone || since_ > 1 || tokens_[end] != tokens_.back()) return {};
  const size_t length = matching(end);
  return {end, length, std::max(length, copy_.rank + since_)};
}

// The longest match of two tokens or more, the latest among equals.
CopyDrafts::Match CopyDrafts::longest() const {
  Match best;
  size_t left = kCandidates;
  for (uint32_t end = previous_.back(); end != kNone && left > 0; end = previous_[end], --left) {
    const size_t length = matching(end);
    if (length >= 2 && length > best.length && tokens_[end + 1] != kBreak)
      best = {end, length, length};
  }
  return best;
}

// The longest match near the place where the copy was interrupted, the first among equals.
CopyDrafts::Match CopyDrafts::resumed() const {
  Match best;
  if (copy_.end == kNone) return best;
  const size_t last = tokens_.size() - 1;
  for (uint32_t end = copy_.end + 1; end < last && end <= copy_.end + kInterruption; ++end) {
    if (tokens_[end] == kBreak || tokens_[end + 1] == kBreak) break;
    const size_t length = matching(end);
    if (length > best.length) best = {end, length, length + kResumed};
  }
  return best;
}

CopyDrafts::Match CopyDrafts::best() const {
  if (tokens_.size() < 2 || tokens_.back() == kBreak) return {};
  Match best = going_on();
  const bool interrupted = best.end == kNone;
  for (const Match& other : {longest(), interrupted ? resumed() : Match{}}) {
    if (other.rank > best.rank) best = other;
  }
  return best.end != kNone && tokens_[best.end + 1] != kBreak ? best : Match{};
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
  const size_t period = tokens_.size() - 1 - match.end;
  while (draft.size() < limit) {
    const int32_t token = tokens_[match.end + 1 + draft.size() % period];
    if (token == kBreak) break;
    draft.push_back(token);
  }
  return match.length == 1 ? kOneToken : std::min(match.rank, kLongestMatch);
}

}  // namespace lacuna
