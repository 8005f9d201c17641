// What the KV cache holds: one tree for all sequences, keyed by token ids. A node is a page of
// kPageTokens positions (the last one of a path may be partly filled); sequences with a common
// beginning share its nodes. What no sequence holds stays until its page is needed: leaves go
// first, the least recently used before others.
//
// One thread changes the tree; `match` and `usage` may be called from any.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "runtime/page_pool.h"

namespace lacuna {

// Pages of the pool. total = free + held + cached.
struct PageUsage {
  size_t total;
  size_t free;    // hold nothing
  size_t held;    // some sequence is using them
  size_t shared;  // of those held: by two or more
  size_t cached;  // kept for later
};

class PrefixTree {
 public:
  struct Node {
    Node* parent = nullptr;
    PageId page = 0;
    std::vector<int32_t> tokens;  // 1 … kPageTokens
    std::vector<std::unique_ptr<Node>> children;
    size_t users = 0;   // branches that go through it
    uint64_t used = 0;  // when it was last let go of, in ticks of the tree
  };

  // The pages of one sequence, from position 0 on. Gives them back when it is destroyed, which must
  // be before the tree is.
  class Branch {
   public:
    Branch() = default;
    Branch(Branch&& other) noexcept { *this = std::move(other); }
    Branch& operator=(Branch&& other) noexcept;
    ~Branch() { release(); }

    // Positions that have KV.
    size_t length() const { return length_; }
    // Of those positions, and any that were reserved behind them.
    std::span<const PageId> pages() const { return pages_; }
    // How many of them no other branch can see.
    size_t own_pages() const { return pages_.size() - nodes_.size(); }
    void release();

   private:
    friend class PrefixTree;
    PrefixTree* tree_ = nullptr;
    std::vector<Node*> nodes_;
    std::vector<PageId> pages_;  // those of nodes_, then reserved ones
    size_t length_ = 0;
  };

  // Must copy the first `tokens` positions of a page.
  using CopyPage = std::function<void(PageId from, PageId to, size_t tokens)>;

  PrefixTree(size_t pages, CopyPage copy);
  PrefixTree(const PrefixTree&) = delete;
  PrefixTree& operator=(const PrefixTree&) = delete;

  // Leading tokens of `tokens` that have KV.
  size_t match(std::span<const int32_t> tokens) const;

  PageUsage usage() const;

  // A branch with as many leading tokens of `tokens` as have KV. Where they end inside a page that
  // others may want as it is, the common part of it is copied; without a page to copy into, the
  // branch ends before it.
  Branch acquire(std::span<const int32_t> tokens);

  // A branch that begins like `from` and goes its own way behind the first `computed` positions,
  // which have KV in the pages of `from`, published or not. Whole published pages are shared, the
  // rest is copied, and is not found by others. None where there are no pages to copy into.
  std::optional<Branch> fork(const Branch& from, size_t computed);

  // Takes pages until the branch has room for `length` positions. False where the pool is
  // exhausted and every page is held; those that could be had stay with the branch.
  bool reserve(Branch& branch, size_t length);

  // `tokens`, which follow the branch's own, have KV in its reserved pages: from now on others find
  // them.
  void publish(Branch& branch, std::span<const int32_t> tokens);

  // Calls `visit` for every node, parents first.
  void for_each(const std::function<void(const Node&)>& visit) const;

 private:
  struct Match {
    size_t length;            // tokens
    Node* whole;              // the deepest node of whose page all tokens match, or the root
    Node* partial = nullptr;  // its child that holds the rest of them
  };

  Match find(std::span<const int32_t> tokens) const;
  std::optional<PageId> take_page();
  Node& add_child(Node& parent, PageId page, std::span<const int32_t> tokens);  // with one user
  void remove(Node& leaf);
  void hold(Node& node);
  void let_go(Node& node);
  void index(Node& node);
  void unindex(const Node& node);
  void release(Branch& branch);
  void drop_doubles(Node& node);
  void merge(Node& from, Node& into);

  mutable std::mutex mutex_;  // held where the tree changes, and by readers on other threads
  PagePool pool_;
  CopyPage copy_;
  const std::unique_ptr<Node> root_ = std::make_unique<Node>();
  size_t nodes_ = 0;
  uint64_t clock_ = 0;
  std::map<uint64_t, Node*> evictable_;  // leaves without users, by `used`
};

}  // namespace lacuna
