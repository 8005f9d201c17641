// `heal({vocabulary, need, picks, excluded})`: a walk through what an answer may begin with;
// `tokensToHeal({vocabulary, tokens, limit})`. A vocabulary is a model's path or an array of bytes.
#include <napi.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "addon/errors.h"
#include "runtime/healing.h"
#include "testing/arguments.h"
#include "testing/testing.h"

namespace lacuna::testing {
namespace {

std::string bytes_of(const Napi::Value& value) {
  const auto array = value.As<Napi::Uint8Array>();
  return {reinterpret_cast<const char*>(array.Data()), array.ByteLength()};
}

Vocabulary vocabulary_field(const Napi::Object& o) {
  const Napi::Value value = o.Get("vocabulary");
  if (value.IsString()) {
    const GgufFile file = GgufFile::open(value.As<Napi::String>().Utf8Value());
    const std::vector<std::string_view>* tokens = file.strings("tokenizer.ggml.tokens");
    return Vocabulary::from(file, tokens == nullptr ? 0 : tokens->size());
  }
  const auto list = value.As<Napi::Array>();
  std::vector<std::string> bytes;
  for (uint32_t i = 0; i < list.Length(); ++i) bytes.push_back(bytes_of(list.Get(i)));
  return Vocabulary::of(std::vector<std::string_view>(bytes.begin(), bytes.end()));
}

// Takes allowed token picks[i] (modulo their number, in order of their ids) at step i, until the
// need is written.
Napi::Value heal(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return addon::guarded(env, [&]() -> Napi::Value {
    const auto o = info[0].As<Napi::Object>();
    const Vocabulary vocabulary = vocabulary_field(o);
    const TokenTrie trie(vocabulary);
    Healing healing(vocabulary, trie, bytes_of(o.Get("need")), ints_field(o, "excluded"));
    const std::vector<int32_t> picks = ints_field(o, "picks");
    Napi::Array steps = Napi::Array::New(env);
    for (uint32_t step = 0; !healing.done(); ++step) {
      std::vector<int32_t> allowed(healing.allowed().begin(), healing.allowed().end());
      std::sort(allowed.begin(), allowed.end());
      auto ids = Napi::Int32Array::New(env, allowed.size());
      std::copy(allowed.begin(), allowed.end(), ids.Data());
      const size_t pick = picks.empty() ? 0 : static_cast<size_t>(picks[step % picks.size()]);
      const int32_t id = allowed[pick % allowed.size()];
      Napi::Object out = Napi::Object::New(env);
      out.Set("allowed", ids);
      out.Set("id", id);
      out.Set("within", static_cast<double>(healing.advance(id)));
      steps.Set(step, out);
    }
    return steps;
  });
}

Napi::Value heal_count(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return addon::guarded(env, [&]() -> Napi::Value {
    const auto o = info[0].As<Napi::Object>();
    const Vocabulary vocabulary = vocabulary_field(o);
    const TokenTrie trie(vocabulary);
    return Napi::Number::New(
        env, static_cast<double>(tokens_to_heal(vocabulary, trie, ints_field(o, "tokens"),
                                                size_field(o, "limit"))));
  });
}

}  // namespace

void register_healing(Napi::Env env, Napi::Object exports) {
  exports.Set("heal", Napi::Function::New(env, heal, "heal"));
  exports.Set("tokensToHeal", Napi::Function::New(env, heal_count, "tokensToHeal"));
}

}  // namespace lacuna::testing
