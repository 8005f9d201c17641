// `sample({…})`: tokens drawn from given logits, by their largest alone where those suffice if
// asked; `textStream(stops, chunks)`: what each chunk of bytes lets through; `tokenBytes(path)`:
// the bytes of every token of a model.
#include "addon/errors.h"
#include "runtime/sampler.h"
#include "runtime/text_stream.h"
#include "runtime/vocabulary.h"
#include "testing/arguments.h"
#include "testing/largest_logits.h"
#include "testing/testing.h"

namespace lacuna::testing {
namespace {

Napi::Value sample(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return addon::guarded(env, [&]() -> Napi::Value {
    const auto o = info[0].As<Napi::Object>();
    const std::vector<float> logits = floats_field(o, "logits");
    const std::vector<float> odds_of = floats_field(o, "odds");
    std::vector<Candidate> odds;
    for (size_t i = 0; i < odds_of.size(); ++i) {
      if (odds_of[i] > 0) odds.push_back({static_cast<int32_t>(i), odds_of[i]});
    }
    const std::vector<int32_t> recent = ints_field(o, "recent"), banned = ints_field(o, "banned"),
                               allowed = ints_field(o, "allowed");
    // [rows, vocabulary]
    const auto rows = static_cast<size_t>(number_field(o, "rows", 1));
    const size_t vocabulary = logits.size() / rows;
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
        vocabulary, banned);
    const auto draws = static_cast<size_t>(number_field(o, "draws", static_cast<double>(rows)));
    auto ids = Napi::Int32Array::New(env, draws);
    auto log_probabilities = Napi::Float32Array::New(env, draws);
    const bool by_candidates = o.Has("normalizerError");
    const double error = number_field(o, "normalizerError", 0);
    uint32_t settled = 0;
    for (size_t i = 0; i < draws; ++i) {
      const auto given = std::span(logits).subspan(i % rows * vocabulary, vocabulary);
      std::vector<float> row(given.begin(), given.end());
      const auto by_largest = by_candidates ? sampler.sample(largest_logits(row, error), recent)
                                            : std::optional<SampledToken>();
      settled += by_largest.has_value();
      const SampledToken token =
          by_largest ? *by_largest : sampler.sample(row, recent, allowed, odds);
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
