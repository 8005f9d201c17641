// `sample({…})`: tokens drawn from fixed logits, by their largest alone where those suffice if
// asked; `textStream(stops, chunks)`: what each chunk of bytes lets through; `tokenBytes(path)`:
// the bytes of every token of a model.
#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <numeric>

#include "addon/errors.h"
#include "runtime/sampler.h"
#include "runtime/text_stream.h"
#include "runtime/vocabulary.h"
#include "testing/arguments.h"
#include "testing/testing.h"

namespace lacuna::testing {
namespace {

// By the definition; the normaliser is wrong by `error`.
LogitCandidates largest_logits(std::vector<float> x, double error) {
  for (float& v : x) {
    v = std::isnan(v) ? -std::numeric_limits<float>::infinity()
                      : std::min(v, std::numeric_limits<float>::max());
  }
  std::vector<int32_t> ids(x.size());
  std::iota(ids.begin(), ids.end(), 0);
  std::stable_sort(ids.begin(), ids.end(), [&](int32_t a, int32_t b) { return x[a] > x[b]; });
  LogitCandidates row{};
  row.maximum = x[ids.front()];
  double sum = 0;
  for (const float v : x) sum += v == row.maximum ? 1 : std::exp(double{v} - double{row.maximum});
  row.log_sum = static_cast<float>(std::log(sum) + error);
  for (size_t i = 0; i < LogitCandidates::kCount; ++i) {
    row.ids[i] = i < ids.size() ? ids[i] : -1;
    row.logits[i] = i < ids.size() ? x[ids[i]] : -std::numeric_limits<float>::infinity();
  }
  return row;
}

Napi::Value sample(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return addon::guarded(env, [&]() -> Napi::Value {
    const auto o = info[0].As<Napi::Object>();
    const std::vector<float> logits = floats_field(o, "logits");
    const std::vector<int32_t> recent = ints_field(o, "recent"), banned = ints_field(o, "banned"),
                               allowed = ints_field(o, "allowed");
    Sampler sampler(
        {
            .temperature = static_cast<float>(number_field(o, "temperature", 0)),
            .top_k = static_cast<uint32_t>(number_field(o, "topK", 0)),
            .top_p = static_cast<float>(number_field(o, "topP", 1)),
            .min_p = static_cast<float>(number_field(o, "minP", 0)),
            .repetition_penalty = static_cast<float>(number_field(o, "repetitionPenalty", 1)),
            .repetition_window = static_cast<uint32_t>(number_field(o, "repetitionWindow", 64)),
            .seed = static_cast<uint64_t>(number_field(o, "seed", 0)),
        },
        logits.size(), banned);
    const size_t draws = static_cast<size_t>(number_field(o, "draws", 1));
    auto ids = Napi::Int32Array::New(env, draws);
    auto log_probabilities = Napi::Float32Array::New(env, draws);
    const bool by_candidates = o.Has("normalizerError");
    const LogitCandidates row = largest_logits(logits, number_field(o, "normalizerError", 0));
    uint32_t settled = 0;
    for (size_t i = 0; i < draws; ++i) {
      std::vector<float> copy = logits;
      const auto by_largest =
          by_candidates ? sampler.sample(row, recent) : std::optional<SampledToken>();
      settled += by_largest.has_value();
      const SampledToken token = by_largest ? *by_largest : sampler.sample(copy, recent, allowed);
      ids[i] = token.id;
      log_probabilities[i] = token.log_probability;
    }
    Napi::Object out = Napi::Object::New(env);
    out.Set("ids", ids);
    out.Set("logProbabilities", log_probabilities);
    out.Set("settled", settled);
    return out;
  });
}

Napi::Value text_stream(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto stop_array = info[0].As<Napi::Array>(), chunks = info[1].As<Napi::Array>();
  std::vector<std::string> stops;
  for (uint32_t i = 0; i < stop_array.Length(); ++i) {
    stops.push_back(stop_array.Get(i).As<Napi::String>().Utf8Value());
  }
  TextStream stream(stops);
  Napi::Array out = Napi::Array::New(env);
  uint32_t n = 0;
  for (uint32_t i = 0; i < chunks.Length() && !stream.stopped(); ++i) {
    const auto bytes = chunks.Get(i).As<Napi::Uint8Array>();
    out[n++] = Napi::String::New(
        env, stream.push({reinterpret_cast<const char*>(bytes.Data()), bytes.ByteLength()}));
  }
  out[n] = Napi::String::New(env, stream.finish());
  return out;
}

Napi::Value token_bytes(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return addon::guarded(env, [&]() -> Napi::Value {
    const GgufFile file = GgufFile::open(addon::string_argument(info, 0, "path"));
    const std::vector<std::string_view>* tokens = file.strings("tokenizer.ggml.tokens");
    const Vocabulary vocabulary = Vocabulary::from(file, tokens == nullptr ? 0 : tokens->size());
    Napi::Array out = Napi::Array::New(env, vocabulary.size());
    for (size_t id = 0; id < vocabulary.size(); ++id) {
      const std::string_view bytes = vocabulary.bytes(static_cast<int32_t>(id));
      out[static_cast<uint32_t>(id)] = Napi::Buffer<char>::Copy(env, bytes.data(), bytes.size());
    }
    return out;
  });
}

}  // namespace

void register_runtime(Napi::Env env, Napi::Object exports) {
  exports.Set("sample", Napi::Function::New(env, sample, "sample"));
  exports.Set("textStream", Napi::Function::New(env, text_stream, "textStream"));
  exports.Set("tokenBytes", Napi::Function::New(env, token_bytes, "tokenBytes"));
}

}  // namespace lacuna::testing
