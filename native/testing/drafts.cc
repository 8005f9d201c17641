// `new CopyDrafts(breaks)`, `new CopyMixture(share, breaks)` and `new DraftPolicy(mostRows)`: as
// they are, for tests to drive.
#include <napi.h>

#include <optional>
#include <vector>

#include "runtime/copy_drafts.h"
#include "runtime/copy_mixture.h"
#include "runtime/draft_policy.h"
#include "testing/testing.h"

namespace lacuna::testing {
namespace {

std::vector<int32_t> ints(const Napi::Value& value) {
  const auto array = value.As<Napi::Int32Array>();
  return {array.Data(), array.Data() + array.ElementLength()};
}

size_t size(const Napi::Value& value) {
  return value.As<Napi::Number>().Uint32Value();
}

class CopyDraftsObject final : public Napi::ObjectWrap<CopyDraftsObject> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "CopyDrafts",
                       {
                           InstanceMethod<&CopyDraftsObject::add_source>("addSource"),
                           InstanceMethod<&CopyDraftsObject::push>("push"),
                           InstanceMethod<&CopyDraftsObject::next>("next"),
                       });
  }

  explicit CopyDraftsObject(const Napi::CallbackInfo& info)
      : Napi::ObjectWrap<CopyDraftsObject>(info), drafts_(ints(info[0])) {}

 private:
  void add_source(const Napi::CallbackInfo& info) { drafts_.add_source(ints(info[0])); }

  void push(const Napi::CallbackInfo& info) {
    for (const int32_t token : ints(info[0])) drafts_.push(token);
  }

  Napi::Value next(const Napi::CallbackInfo& info) {
    std::vector<int32_t> draft;
    const size_t trust = drafts_.next(size(info[0]), draft);
    auto tokens = Napi::Int32Array::New(info.Env(), draft.size());
    std::copy(draft.begin(), draft.end(), tokens.Data());
    Napi::Object out = Napi::Object::New(info.Env());
    out.Set("tokens", tokens);
    out.Set("trust", static_cast<double>(trust));
    return out;
  }

  CopyDrafts drafts_;
};

class CopyMixtureObject final : public Napi::ObjectWrap<CopyMixtureObject> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "CopyMixture",
                       {
                           InstanceMethod<&CopyMixtureObject::push>("push"),
                           InstanceMethod<&CopyMixtureObject::odds>("odds"),
                       });
  }

  explicit CopyMixtureObject(const Napi::CallbackInfo& info)
      : Napi::ObjectWrap<CopyMixtureObject>(info),
        mixture_(info[0].As<Napi::Number>().FloatValue(), ints(info[1])) {}

 private:
  void push(const Napi::CallbackInfo& info) {
    for (const int32_t token : ints(info[0])) mixture_.push(token);
  }

  // [token, odds] pairs.
  Napi::Value odds(const Napi::CallbackInfo& info) {
    Napi::Array out = Napi::Array::New(info.Env());
    for (const Candidate& each : mixture_.odds()) {
      Napi::Array pair = Napi::Array::New(info.Env(), 2);
      pair[0u] = each.id;
      pair[1u] = each.value;
      out[out.Length()] = pair;
    }
    return out;
  }

  CopyMixture mixture_;
};

class DraftPolicyObject final : public Napi::ObjectWrap<DraftPolicyObject> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "DraftPolicy",
                       {
                           InstanceMethod<&DraftPolicyObject::length>("length"),
                           InstanceMethod<&DraftPolicyObject::observe>("observe"),
                           InstanceMethod<&DraftPolicyObject::passed>("passed"),
                           InstanceMethod<&DraftPolicyObject::cost>("cost"),
                           InstanceMethod<&DraftPolicyObject::may_guess>("mayGuess"),
                           InstanceMethod<&DraftPolicyObject::guessed>("guessed"),
                           StaticMethod<&DraftPolicyObject::trust_in_guess>("trustInGuess"),
                       });
  }

  explicit DraftPolicyObject(const Napi::CallbackInfo& info)
      : Napi::ObjectWrap<DraftPolicyObject>(info), policy_(size(info[0])) {}

 private:
  Napi::Value length(const Napi::CallbackInfo& info) {
    return Napi::Number::New(info.Env(), static_cast<double>(policy_.length(
                                             size(info[0]), size(info[1]), size(info[2]))));
  }

  void observe(const Napi::CallbackInfo& info) {
    policy_.observe(size(info[0]), info[1].ToBoolean());
  }

  // passed(rows, drafted, accepted, seconds, byModule): all drafts came from one source.
  void passed(const Napi::CallbackInfo& info) {
    std::optional<double> seconds;
    if (!info[3].IsUndefined()) seconds = info[3].As<Napi::Number>().DoubleValue();
    const DraftPolicy::Drafts drafts{size(info[1]), size(info[2])};
    policy_.passed(size(info[0]), drafts, info[4].ToBoolean() ? drafts : DraftPolicy::Drafts{},
                   seconds);
  }

  Napi::Value may_guess(const Napi::CallbackInfo& info) {
    return Napi::Boolean::New(info.Env(), policy_.may_guess());
  }

  void guessed(const Napi::CallbackInfo& info) {
    policy_.guessed(info[0].As<Napi::Number>().DoubleValue());
  }

  static Napi::Value trust_in_guess(const Napi::CallbackInfo& info) {
    const float probability = info[0].As<Napi::Number>().FloatValue();
    return Napi::Number::New(info.Env(),
                             static_cast<double>(DraftPolicy::trust_in_guess(probability)));
  }

  Napi::Value cost(const Napi::CallbackInfo& info) {
    return Napi::Number::New(info.Env(), policy_.cost().of(size(info[0])));
  }

  DraftPolicy policy_;
};

}  // namespace

void register_drafts(Napi::Env env, Napi::Object exports) {
  exports.Set("CopyDrafts", CopyDraftsObject::define(env));
  exports.Set("CopyMixture", CopyMixtureObject::define(env));
  exports.Set("DraftPolicy", DraftPolicyObject::define(env));
}

}  // namespace lacuna::testing
