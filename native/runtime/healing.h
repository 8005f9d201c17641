// Token healing: the last tokens of a prompt are taken back, and the answer begins with tokens that
// write the same bytes again and may go on beyond them. A prompt cut inside a word ("retu") or
// behind a blank gives its last token an end that the model never saw in training; healed, it
// continues as if the cut were not there.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/token_trie.h"

namespace lacuna {

// Tokens of a prompt's end that are worth taking back, 0 … min(limit, kMostHealedTokens): the most
// whose bytes together begin a longer token; at least the last one, unless it stands for no bytes.
// No token before one without bytes is taken.
inline constexpr size_t kMostHealedTokens = 4;
size_t tokens_to_heal(const Vocabulary& vocabulary, const TokenTrie& trie,
                      std::span<const int32_t> tokens, size_t limit);

// What an answer may begin with, step by step.
class Healing {
 public:
  static constexpr size_t kMostBytes = 1024;

  // An answer that begins with `need`, 1 … kMostBytes bytes, cut anywhere, inside a character too.
  // Tokens in `excluded` are not used. A vocabulary with all 256 bytes can write anything; throws
  // Error kUnsupported where this one cannot write `need`, kInvalidArgument where it is too long.
  Healing(const Vocabulary& vocabulary, const TokenTrie& trie, std::string need,
          std::span<const int32_t> excluded);

  // Whether all of `need` is written: from then on any token may come.
  bool done() const { return written_ == need_.size(); }

  // The tokens that may come next, at least one, in no particular order; until `done`. A token that
  // writes only a part of what is missing is among them if others can write the rest.
  std::span<const int32_t> allowed() const { return allowed_; }

  // Takes one of the allowed tokens; returns how many of its bytes lie within `need`.
  size_t advance(int32_t id);

 private:
  template <typename Visit>
  void walk(size_t from, Visit visit) const;
  void collect();

  const Vocabulary& vocabulary_;
  const TokenTrie& trie_;
  std::string need_;
  size_t written_ = 0;
  std::vector<bool> excluded_;  // by id
  std::vector<bool> possible_;  // [need + 1] whether tokens can write everything from there on
  std::vector<int32_t> allowed_;
};

}  // namespace lacuna
