#include "runtime/healing.h"

#include <algorithm>

#include "format/error.h"

namespace lacuna {

size_t tokens_to_heal(const Vocabulary& vocabulary, const TokenTrie& trie,
                      std::span<const int32_t> tokens, size_t limit) {
  limit = std::min({limit, tokens.size(), kMostHealedTokens});
  std::string tail;
  size_t best = 0;
  for (size_t count = 1; count <= limit; ++count) {
    const std::string_view bytes = vocabulary.bytes(tokens[tokens.size() - count]);
    if (bytes.empty() || tail.size() + bytes.size() > Healing::kMostBytes) break;
    tail.insert(0, bytes);
    const TokenTrie::Node node = trie.find(tail);
    if (count == 1 || trie.all(node).size() > trie.ending(node).size()) best = count;
  }
  return best;
}

Healing::Healing(const Vocabulary& vocabulary, const TokenTrie& trie, std::string need,
                 std::span<const int32_t> excluded)
    : vocabulary_(vocabulary),
      trie_(trie),
      need_(std::move(need)),
      excluded_(vocabulary.size()),
      possible_(need_.size() + 1) {
  if (need_.empty() || need_.size() > kMostBytes) {
    throw Error(
        ErrorCode::kInvalidArgument,
        "an answer cannot be made to begin with " + std::to_string(need_.size()) + " bytes",
        "Use 1 to " + std::to_string(kMostBytes) + " bytes; longer text is part of the prompt.");
  }
  for (const int32_t id : excluded) {
    if (id >= 0 && static_cast<size_t>(id) < excluded_.size()) excluded_[id] = true;
  }
  possible_[need_.size()] = true;
  for (size_t from = need_.size(); from-- > 0;) {
    walk(from, [&](int32_t) {
      possible_[from] = true;
      return false;
    });
  }
  if (!possible_[0]) {
    throw Error(
        ErrorCode::kUnsupported,
        "the model's vocabulary has no tokens that write the text an answer has to begin with",
        "Ask without healing, or use a model with a byte-level tokenizer.");
  }
  collect();
}

// Visits the tokens that may come where need_[from] is the next byte missing, until `visit` returns
// false.
template <typename Visit>
void Healing::walk(size_t from, Visit visit) const {
  TokenTrie::Node node = trie_.root();
  for (size_t at = from; at < need_.size(); ++at) {
    node = trie_.child(node, static_cast<unsigned char>(need_[at]));
    if (node.empty()) return;
    const bool last = at + 1 == need_.size();
    if (!possible_[at + 1]) continue;
    for (const int32_t id : last ? trie_.all(node) : trie_.ending(node)) {
      if (!excluded_[id] && !visit(id)) return;
    }
  }
}

void Healing::collect() {
  allowed_.clear();
  walk(written_, [&](int32_t id) {
    allowed_.push_back(id);
    return true;
  });
}

size_t Healing::advance(int32_t id) {
  const size_t bytes = std::min(vocabulary_.bytes(id).size(), need_.size() - written_);
  written_ += bytes;
  collect();
  return bytes;
}

}  // namespace lacuna
