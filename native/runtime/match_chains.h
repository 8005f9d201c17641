// A text of tokens, and where its last ones stood before. Positions are chained by the hash of
// their last two tokens, as in LZ77.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace lacuna {

class MatchChains {
 public:
  static constexpr int32_t kBreak = -1;
  static constexpr uint32_t kNone = UINT32_MAX;

  // `breaks`: tokens that stand as kBreak in the text; nothing matches across one.
  explicit MatchChains(std::span<const int32_t> breaks);

  void append(int32_t token);
  void append_break() { append(kBreak); }

  std::span<const int32_t> tokens() const { return tokens_; }

  // The latest earlier position whose last two tokens may be those at the end of the text, and the
  // one before such a position; kNone where there is none.
  uint32_t latest() const { return previous_.empty() ? kNone : previous_.back(); }
  uint32_t before(uint32_t position) const { return previous_[position]; }

  // Tokens before and at `end` that equal those at the end of the text; at most `most`. The text is
  // not empty.
  size_t matching(uint32_t end, size_t most) const;

 private:
  uint32_t& chain_of(uint32_t position);
  void link(uint32_t position);
  void grow();

  std::vector<int32_t> breaks_;  // ascending
  std::vector<int32_t> tokens_;
  std::vector<uint32_t> previous_;  // by position: the one before it in its chain
  std::vector<uint32_t> heads_;     // by hash: the latest position of the chain; a power of two
};

}  // namespace lacuna
