// Drafts copied from what has been read: where the end of a text stood before, the tokens that
// followed it there are likely to follow again. No second model; finding one takes microseconds.
//
// Of a bounded number of candidates the one with the longest match is taken, the latest among
// equals.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "runtime/match_chains.h"

namespace lacuna {

class CopyDrafts {
 public:
  // How far a draft can be trusted: the tokens that match before it, 2 … kLongestMatch. A copy that
  // was interrupted (by a renamed variable, say) and is taken up again nearby is trusted kResumed
  // more, since what was copied before the edit speaks for it; by a single token that matches
  // there, it is trusted kOneToken: that is a case of its own.
  static constexpr size_t kLongestMatch = 64;
  static constexpr size_t kResumed = 4;
  static constexpr size_t kOneToken = 1;

  // Nothing is copied that holds one of `breaks`: tokens that an answer never has.
  explicit CopyDrafts(std::span<const int32_t> breaks);

  // Adds a text to copy from, older than all that comes later. Not after `push`.
  void add_source(std::span<const int32_t> tokens);

  // Adds the next token of the text itself: prompt, then answer.
  void push(int32_t token);

  // Fills `draft` with the 1 … `limit` tokens that are likeliest to come next, and returns how far
  // to trust them; 0 and nothing where there is no candidate. To be asked after each token of the
  // answer: it remembers where the copy stands.
  size_t next(size_t limit, std::vector<int32_t>& draft);

 private:
  static constexpr int32_t kBreak = MatchChains::kBreak;
  static constexpr uint32_t kNone = MatchChains::kNone;

  // An earlier place whose tokens up to `end` are those at the end of the text.
  struct Match {
    uint32_t end = kNone;
    size_t length = 0;
    size_t rank = 0;  // what it is chosen by: the length, and kResumed where that applies
  };

  std::span<const int32_t> tokens() const { return text_.tokens(); }
  size_t matching(uint32_t end) const { return text_.matching(end, kLongestMatch); }
  Match going_on() const;
  Match longest() const;
  Match resumed() const;
  Match best() const;

  MatchChains text_;    // sources, each ended by kBreak; then the text
  Match copy_;          // the latest match that was long enough to be called a copy
  uint32_t since_ = 0;  // tokens pushed since then
};

}  // namespace lacuna
