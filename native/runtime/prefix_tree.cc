#include "runtime/prefix_tree.h"

#include <algorithm>
#include <utility>

namespace lacuna {
namespace {

size_t common_length(std::span<const int32_t> a, std::span<const int32_t> b) {
  const size_t limit = std::min(a.size(), b.size());
  return static_cast<size_t>(std::mismatch(a.begin(), a.begin() + limit, b.begin()).first -
                             a.begin());
}

bool begins_with(std::span<const int32_t> tokens, std::span<const int32_t> beginning) {
  return common_length(tokens, beginning) == beginning.size();
}

}  // namespace

PrefixTree::Branch& PrefixTree::Branch::operator=(Branch&& other) noexcept {
  if (this == &other) return *this;
  release();
  tree_ = std::exchange(other.tree_, nullptr);
  nodes_ = std::exchange(other.nodes_, {});
  pages_ = std::exchange(other.pages_, {});
  length_ = std::exchange(other.length_, 0);
  return *this;
}

void PrefixTree::Branch::release() {
  if (tree_ != nullptr) tree_->release(*this);
}

PrefixTree::PrefixTree(size_t pages, CopyPage copy) : pool_(pages), copy_(std::move(copy)) {}

// Level by level: while sequences run, siblings may be equal, and any of them may lead furthest.
PrefixTree::Match PrefixTree::find(std::span<const int32_t> tokens) const {
  std::vector<Node*> level{root_.get()}, next;
  for (size_t length = 0;; length += kPageTokens) {
    const std::span rest = tokens.subspan(length);
    size_t longest = 0;
    Match match{length, level.front()};
    next.clear();
    for (Node* node : level) {
      for (const auto& child : node->children) {
        const size_t common = common_length(rest, child->tokens);
        if (common == kPageTokens) next.push_back(child.get());
        if (common <= longest) continue;
        longest = common;
        match = {length + common, node, child.get()};
      }
    }
    if (next.empty()) return match;
    level.swap(next);
  }
}

size_t PrefixTree::match(std::span<const int32_t> tokens) const {
  const std::lock_guard lock(mutex_);
  return find(tokens).length;
}

PageUsage PrefixTree::usage() const {
  const std::lock_guard lock(mutex_);
  PageUsage usage{.total = pool_.pages(),
                  .free = pool_.free(),
                  .held = pool_.pages() - pool_.free() - nodes_,  // reserved
                  .shared = 0,
                  .cached = 0};
  for_each([&usage](const Node& node) {
    ++(node.users > 0 ? usage.held : usage.cached);
    if (node.users > 1) ++usage.shared;
  });
  return usage;
}

void PrefixTree::for_each(const std::function<void(const Node&)>& visit) const {
  std::vector<const Node*> left{root_.get()};
  while (!left.empty()) {
    const Node* node = left.back();
    left.pop_back();
    if (node != root_.get()) visit(*node);
    for (const auto& child : node->children) left.push_back(child.get());
  }
}

PrefixTree::Branch PrefixTree::acquire(std::span<const int32_t> tokens) {
  std::unique_lock lock(mutex_);
  const Match found = find(tokens);
  Branch branch;
  branch.tree_ = this;
  for (Node* node = found.whole; node != root_.get(); node = node->parent) {
    hold(*node);
    branch.nodes_.push_back(node);
  }
  std::reverse(branch.nodes_.begin(), branch.nodes_.end());
  branch.length_ = branch.nodes_.size() * kPageTokens;

  if (Node* source = found.partial) {
    const size_t common = found.length - branch.length_;
    const bool writable = source->users == 0 && source->children.empty();
    const bool whole = common == source->tokens.size();
    hold(*source);
    Node* tail = nullptr;
    if (writable && whole) {
      tail = source;
    } else if (const std::optional<PageId> page = take_page()) {
      lock.unlock();
      copy_(source->page, *page, common);
      lock.lock();
      tail = &add_child(*source->parent, *page, std::span(source->tokens).first(common));
      let_go(*source);
    } else if (writable) {
      // Its page is the one that would be evicted next: better to lose only what differs.
      source->tokens.resize(common);
      tail = source;
    } else {
      let_go(*source);
    }
    if (tail != nullptr) {
      branch.nodes_.push_back(tail);
      branch.length_ = found.length;
    }
  }
  for (const Node* node : branch.nodes_) branch.pages_.push_back(node->page);
  return branch;
}

std::optional<PrefixTree::Branch> PrefixTree::fork(const Branch& from, size_t computed) {
  Branch branch;
  const size_t shared = std::min(from.length_, computed) / kPageTokens;
  {
    const std::lock_guard lock(mutex_);
    branch.tree_ = this;
    branch.length_ = shared * kPageTokens;
    for (size_t i = 0; i < shared; ++i) {
      hold(*from.nodes_[i]);
      branch.nodes_.push_back(from.nodes_[i]);
      branch.pages_.push_back(from.pages_[i]);
    }
  }
  if (!reserve(branch, computed)) return std::nullopt;
  for (size_t i = shared; i < branch.pages_.size(); ++i) {
    copy_(from.pages_[i], branch.pages_[i], std::min(computed - i * kPageTokens, kPageTokens));
  }
  return branch;
}

bool PrefixTree::reserve(Branch& branch, size_t length) {
  const std::lock_guard lock(mutex_);
  branch.tree_ = this;
  while (branch.pages_.size() * kPageTokens < length) {
    const std::optional<PageId> page = take_page();
    if (!page) return false;
    branch.pages_.push_back(*page);
  }
  return true;
}

void PrefixTree::publish(Branch& branch, std::span<const int32_t> tokens) {
  const std::lock_guard lock(mutex_);
  while (!tokens.empty()) {
    const size_t slot = branch.length_ % kPageTokens;
    const std::span fitting = tokens.first(std::min(tokens.size(), kPageTokens - slot));
    if (slot == 0) {
      Node& parent = branch.nodes_.empty() ? *root_ : *branch.nodes_.back();
      const PageId page = branch.pages_[branch.nodes_.size()];
      branch.nodes_.push_back(&add_child(parent, page, fitting));
    } else {
      std::vector<int32_t>& tail = branch.nodes_.back()->tokens;
      tail.insert(tail.end(), fitting.begin(), fitting.end());
    }
    branch.length_ += fitting.size();
    tokens = tokens.subspan(fitting.size());
  }
}

void PrefixTree::release(Branch& branch) {
  const std::lock_guard lock(mutex_);
  for (size_t i = branch.nodes_.size(); i < branch.pages_.size(); ++i) pool_.give(branch.pages_[i]);
  for (size_t i = branch.nodes_.size(); i-- > 0;) let_go(*branch.nodes_[i]);
  // The deepest first: what is merged into a twin takes its children along.
  for (size_t i = branch.nodes_.size(); i-- > 0 && branch.nodes_[i]->users == 0;) {
    drop_doubles(*branch.nodes_[i]);
  }
  branch.tree_ = nullptr;
  branch.nodes_.clear();
  branch.pages_.clear();
  branch.length_ = 0;
}

// Sequences that run side by side may compute the same page twice. Once one of them is done, `node`
// (without users) goes where a sibling holds all that it holds, and siblings go that it covers.
void PrefixTree::drop_doubles(Node& node) {
  const std::vector<std::unique_ptr<Node>>& siblings = node.parent->children;
  for (size_t i = siblings.size(); i-- > 0;) {
    Node& sibling = *siblings[i];
    if (&sibling == &node) continue;
    if (begins_with(sibling.tokens, node.tokens)) {
      merge(node, sibling);
      return;
    }
    if (sibling.users == 0 && begins_with(node.tokens, sibling.tokens)) remove(sibling);
  }
}

void PrefixTree::merge(Node& from, Node& into) {
  unindex(into);
  into.used = std::max(into.used, from.used);
  std::vector<std::unique_ptr<Node>> children = std::move(from.children);
  from.children.clear();
  remove(from);
  for (std::unique_ptr<Node>& child : children) {
    Node& moved = *child;
    moved.parent = &into;
    into.children.push_back(std::move(child));
    drop_doubles(moved);
  }
  index(into);
}

std::optional<PageId> PrefixTree::take_page() {
  if (pool_.free() == 0 && !evictable_.empty()) remove(*evictable_.begin()->second);
  return pool_.take();
}

PrefixTree::Node& PrefixTree::add_child(Node& parent, PageId page,
                                        std::span<const int32_t> tokens) {
  unindex(parent);
  Node& node = *parent.children.emplace_back(std::make_unique<Node>());
  node.parent = &parent;
  node.page = page;
  node.users = 1;
  node.tokens.reserve(kPageTokens);
  node.tokens.assign(tokens.begin(), tokens.end());
  ++nodes_;
  return node;
}

// Only a node without users and children.
void PrefixTree::remove(Node& leaf) {
  unindex(leaf);
  pool_.give(leaf.page);
  --nodes_;
  Node& parent = *leaf.parent;
  std::erase_if(parent.children, [&leaf](const auto& child) { return child.get() == &leaf; });
  index(parent);
}

void PrefixTree::hold(Node& node) {
  unindex(node);
  ++node.users;
}

void PrefixTree::let_go(Node& node) {
  --node.users;
  node.used = ++clock_;
  index(node);
}

void PrefixTree::index(Node& node) {
  if (&node != root_.get() && node.users == 0 && node.children.empty())
    evictable_[node.used] = &node;
}

void PrefixTree::unindex(const Node& node) {
  if (node.users == 0) evictable_.erase(node.used);
}

}  // namespace lacuna
