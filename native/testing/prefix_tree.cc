// `new PrefixTree(pages)`: the tree over a made-up device whose pages hold, for each position, a
// hash of all tokens up to it. Whoever may write a position first finds it overwritten with
// rubbish, so a page that two hold for writing, or one that was copied short, shows.
#include <map>
#include <memory>

#include "runtime/prefix_tree.h"
#include "testing/arguments.h"
#include "testing/testing.h"

namespace lacuna::testing {
namespace {

uint64_t extend(uint64_t hash, int32_t token) {
  return (hash ^ static_cast<uint64_t>(token + 1)) * 0x9e3779b97f4a7c15;
}

class PrefixTreeProbe final : public Napi::ObjectWrap<PrefixTreeProbe> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "PrefixTree",
                       {
                           InstanceMethod<&PrefixTreeProbe::acquire>("acquire"),
                           InstanceMethod<&PrefixTreeProbe::reserve>("reserve"),
                           InstanceMethod<&PrefixTreeProbe::publish>("publish"),
                           InstanceMethod<&PrefixTreeProbe::release>("release"),
                           InstanceMethod<&PrefixTreeProbe::match>("match"),
                           InstanceMethod<&PrefixTreeProbe::usage>("usage"),
                           InstanceMethod<&PrefixTreeProbe::nodes>("nodes"),
                           InstanceMethod<&PrefixTreeProbe::branch>("branch"),
                       });
  }

  explicit PrefixTreeProbe(const Napi::CallbackInfo& call)
      : Napi::ObjectWrap<PrefixTreeProbe>(call),
        memory_(call[0].ToNumber().Uint32Value() * kPageTokens),
        tree_(call[0].ToNumber().Uint32Value(), [this](PageId from, PageId to, size_t tokens) {
          std::copy_n(&memory_[from * kPageTokens], tokens, &memory_[to * kPageTokens]);
        }) {}

 private:
  PrefixTree::Branch& at(const Napi::Value& id) {
    return branches_.at(id.ToNumber().Uint32Value());
  }

  uint64_t& position(const PrefixTree::Branch& branch, size_t p) {
    return memory_[branch.pages()[p / kPageTokens] * kPageTokens + p % kPageTokens];
  }

  void spoil(const PrefixTree::Branch& branch) {
    const size_t room = branch.pages().size() * kPageTokens;
    for (size_t p = branch.length(); p < room; ++p) position(branch, p) = ++rubbish_;
  }

  Napi::Value acquire(const Napi::CallbackInfo& call) {
    PrefixTree::Branch branch = tree_.acquire(to_tokens(call[0]));
    spoil(branch);
    branches_[++last_] = std::move(branch);
    return Napi::Number::New(call.Env(), static_cast<double>(last_));
  }

  Napi::Value reserve(const Napi::CallbackInfo& call) {
    const bool all = tree_.reserve(at(call[0]), call[1].ToNumber().Uint32Value());
    spoil(at(call[0]));
    return Napi::Boolean::New(call.Env(), all);
  }

  void publish(const Napi::CallbackInfo& call) {
    PrefixTree::Branch& branch = at(call[0]);
    const std::vector<int32_t> more = to_tokens(call[1]);
    uint64_t hash = branch.length() == 0 ? 0 : position(branch, branch.length() - 1);
    for (size_t i = 0; i < more.size(); ++i) {
      position(branch, branch.length() + i) = hash = extend(hash, more[i]);
    }
    tree_.publish(branch, more);
  }

  void release(const Napi::CallbackInfo& call) {
    branches_.erase(call[0].ToNumber().Uint32Value());
  }

  Napi::Value match(const Napi::CallbackInfo& call) {
    return Napi::Number::New(call.Env(), static_cast<double>(tree_.match(to_tokens(call[0]))));
  }

  Napi::Value usage(const Napi::CallbackInfo& call) { return to_object(call.Env(), tree_.usage()); }

  Napi::Value nodes(const Napi::CallbackInfo& call) {
    const Napi::Env env = call.Env();
    Napi::Array out = Napi::Array::New(env);
    tree_.for_each([&](const PrefixTree::Node& node) {
      Napi::Object o = Napi::Object::New(env);
      o.Set("page", static_cast<double>(node.page));
      o.Set("users", static_cast<double>(node.users));
      auto ids = Napi::Int32Array::New(env, node.tokens.size());
      std::copy(node.tokens.begin(), node.tokens.end(), ids.Data());
      o.Set("tokens", ids);
      if (node.parent->parent != nullptr) {
        o.Set("parent", static_cast<double>(node.parent->page));
      }
      out[out.Length()] = o;
    });
    return out;
  }

  // branch(id, tokens): its length and pages, and whether every position holds what `tokens` says.
  Napi::Value branch(const Napi::CallbackInfo& call) {
    const Napi::Env env = call.Env();
    const PrefixTree::Branch& branch = at(call[0]);
    const std::vector<int32_t> expected = to_tokens(call[1]);
    bool intact = branch.length() <= expected.size();
    uint64_t hash = 0;
    for (size_t p = 0; intact && p < branch.length(); ++p) {
      hash = extend(hash, expected[p]);
      intact = position(branch, p) == hash;
    }
    Napi::Object o = Napi::Object::New(env);
    o.Set("length", static_cast<double>(branch.length()));
    o.Set("intact", intact);
    Napi::Array pages = Napi::Array::New(env);
    for (const PageId page : branch.pages()) pages[pages.Length()] = static_cast<double>(page);
    o.Set("pages", pages);
    return o;
  }

  std::vector<uint64_t> memory_;  // [pages, kPageTokens]
  uint64_t rubbish_ = 0;
  PrefixTree tree_;
  std::map<uint32_t, PrefixTree::Branch> branches_;
  uint32_t last_ = 0;
};

}  // namespace

void register_prefix_tree(Napi::Env env, Napi::Object exports) {
  exports.Set("PrefixTree", PrefixTreeProbe::define(env));
}

}  // namespace lacuna::testing
