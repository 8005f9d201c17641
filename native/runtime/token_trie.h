// A byte trie over a vocabulary, held as the sorted order of its tokens: the tokens below a node
// are a range of that order, and those that end at the node come first in it. Four bytes a token
// (400 kB for 102,400) and no pointers.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "runtime/vocabulary.h"

namespace lacuna {

class TokenTrie {
 public:
  // Control and unused tokens stand for no bytes and are left out. The vocabulary must outlive the
  // trie.
  explicit TokenTrie(const Vocabulary& vocabulary);

  // The tokens that begin with the `depth` bytes on the way from the root.
  struct Node {
    uint32_t first, last;  // range of the order; empty where no token begins so
    uint32_t depth;
    bool empty() const { return first == last; }
  };

  Node root() const { return {0, static_cast<uint32_t>(order_.size()), 0}; }
  Node child(Node node, unsigned char byte) const;
  Node find(std::string_view bytes) const;

  // Ids of the tokens below `node`, in the order of their bytes.
  std::span<const int32_t> all(Node node) const;

  // Those of them that have no further byte; more than one where tokens share their bytes.
  std::span<const int32_t> ending(Node node) const;

 private:
  // First token of the range whose byte at `depth` is at least `byte`.
  uint32_t lower_bound(Node node, unsigned byte) const;

  const Vocabulary& vocabulary_;
  std::vector<int32_t> order_;
  std::array<uint32_t, 257> starts_;  // by first byte: where its tokens begin; the end
};

}  // namespace lacuna
