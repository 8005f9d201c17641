#include "runtime/token_trie.h"

#include <algorithm>

namespace lacuna {
namespace {

struct Entry {
  uint64_t head;  // the first eight bytes, big-endian, so that most comparisons touch no text
  int32_t id;
};

uint64_t head_of(std::string_view bytes) {
  uint64_t head = 0;
  for (size_t i = 0; i < 8; ++i) {
    head = head << 8 | (i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0u);
  }
  return head;
}

}  // namespace

TokenTrie::TokenTrie(const Vocabulary& vocabulary) : vocabulary_(vocabulary) {
  std::vector<Entry> entries;
  entries.reserve(vocabulary.size());
  for (size_t i = 0; i < vocabulary.size(); ++i) {
    const int32_t id = static_cast<int32_t>(i);
    if (!vocabulary.bytes(id).empty()) entries.push_back({head_of(vocabulary.bytes(id)), id});
  }
  std::sort(entries.begin(), entries.end(), [&](const Entry& a, const Entry& b) {
    if (a.head != b.head) return a.head < b.head;
    const int order = vocabulary.bytes(a.id).compare(vocabulary.bytes(b.id));
    return order != 0 ? order < 0 : a.id < b.id;
  });
  order_.reserve(entries.size());
  for (const Entry& entry : entries) order_.push_back(entry.id);

  for (unsigned byte = 0; byte <= 256; ++byte) starts_[byte] = lower_bound(root(), byte);
}

uint32_t TokenTrie::lower_bound(Node node, unsigned byte) const {
  const auto below = [&](int32_t id, unsigned wanted) {
    const std::string_view bytes = vocabulary_.bytes(id);
    return bytes.size() <= node.depth || static_cast<unsigned char>(bytes[node.depth]) < wanted;
  };
  const auto found =
      std::lower_bound(order_.begin() + node.first, order_.begin() + node.last, byte, below);
  return static_cast<uint32_t>(found - order_.begin());
}

TokenTrie::Node TokenTrie::child(Node node, unsigned char byte) const {
  if (node.depth == 0) return {starts_[byte], starts_[byte + 1u], 1};
  return {lower_bound(node, byte), lower_bound(node, byte + 1u), node.depth + 1};
}

TokenTrie::Node TokenTrie::find(std::string_view bytes) const {
  Node node = root();
  for (const char byte : bytes) {
    if (node.empty()) break;
    node = child(node, static_cast<unsigned char>(byte));
  }
  return node;
}

std::span<const int32_t> TokenTrie::all(Node node) const {
  return std::span(order_).subspan(node.first, node.last - node.first);
}

std::span<const int32_t> TokenTrie::ending(Node node) const {
  return std::span(order_).subspan(node.first, lower_bound(node, 0) - node.first);
}

}  // namespace lacuna
