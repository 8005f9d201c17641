#include "addon/request.h"

#include <cmath>
#include <map>
#include <string>

#include "addon/errors.h"
#include "runtime/beam.h"

namespace lacuna::addon {
namespace {

[[noreturn]] void refuse(Napi::Env env, const std::string& what) {
  throw to_js_error(env, Error(ErrorCode::kInvalidArgument, what,
                               "Give a value in that range, or leave it out."));
}

// Every bound is a whole number.
std::string text_of(double bound) {
  return std::to_string(static_cast<int64_t>(bound));
}

// A finite number in [low, high]; `fallback` where the field is undefined.
double number(const Napi::Object& object, const char* name, double fallback, double low,
              double high) {
  const Napi::Value value = object.Get(name);
  if (value.IsUndefined()) return fallback;
  const double x = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : std::nan("");
  if (!(x >= low && x <= high)) {
    refuse(object.Env(), std::string("field `") + name + "` must be a number from " + text_of(low) +
                             " to " + text_of(high));
  }
  return x;
}

size_t whole(const Napi::Object& object, const char* name, size_t fallback, double high) {
  return static_cast<size_t>(number(object, name, static_cast<double>(fallback), 0, high));
}

std::vector<std::string> strings(const Napi::Object& object, const char* name) {
  const Napi::Value value = object.Get(name);
  if (value.IsUndefined()) return {};
  if (!value.IsArray())
    refuse(object.Env(), std::string("field `") + name + "` must be an array of strings");
  const auto array = value.As<Napi::Array>();
  std::vector<std::string> out;
  for (uint32_t i = 0; i < array.Length(); ++i) {
    const Napi::Value item = array.Get(i);
    if (!item.IsString())
      refuse(object.Env(), std::string("field `") + name + "` must hold strings only");
    out.push_back(item.As<Napi::String>().Utf8Value());
  }
  return out;
}

Overflow to_overflow(const Napi::Object& object) {
  const Napi::Value value = object.Get("overflow");
  const std::string rule = value.IsUndefined() ? "stop" : value.ToString().Utf8Value();
  if (rule == "trim") return Overflow::kTrim;
  if (rule != "stop") refuse(object.Env(), "field `overflow` is '" + rule + "', not stop or trim");
  return Overflow::kStop;
}

DraftOptions to_drafts(const Napi::Object& object) {
  DraftOptions options;
  if (!object.Get("draftLength").IsUndefined()) {
    options.length = whole(object, "draftLength", 0, 1e9);
  }
  const Napi::Value mtp = object.Get("draftByModule");
  if (!mtp.IsUndefined()) options.mtp = mtp.ToBoolean();
  const Napi::Value value = object.Get("draftSources");
  if (value.IsUndefined()) return options;
  if (!value.IsArray())
    refuse(object.Env(), "field `draftSources` must be an array of Int32Arrays");
  const auto array = value.As<Napi::Array>();
  for (uint32_t i = 0; i < array.Length(); ++i) {
    options.sources.push_back(to_tokens(array.Get(i), "draftSources"));
  }
  return options;
}

SamplingOptions to_sampling(const Napi::Object& object) {
  const SamplingOptions standard;
  return {
      .temperature =
          static_cast<float>(number(object, "temperature", standard.temperature, 0, 100)),
      .top_k = static_cast<uint32_t>(whole(object, "topK", standard.top_k, 1e9)),
      .top_p = static_cast<float>(number(object, "topP", standard.top_p, 0, 1)),
      .min_p = static_cast<float>(number(object, "minP", standard.min_p, 0, 1)),
      .repetition_penalty = static_cast<float>(
          number(object, "repetitionPenalty", standard.repetition_penalty, 0, 100)),
      .repetition_window = static_cast<uint32_t>(
          whole(object, "repetitionWindow", standard.repetition_window, 65536)),
      .copy = static_cast<float>(number(object, "copy", standard.copy, 0, 1)),
      .seed = whole(object, "seed", standard.seed, 9007199254740991.0),
  };
}

}  // namespace

std::vector<int32_t> to_tokens(const Napi::Value& value, const char* name) {
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_int32_array) {
    refuse(value.Env(), std::string("`") + name + "` must be an Int32Array");
  }
  const auto array = value.As<Napi::Int32Array>();
  return {array.Data(), array.Data() + array.ElementLength()};
}

Request to_request(const Napi::Object& object) {
  return {
      .tokens = to_tokens(object.Get("tokens"), "tokens"),
      .lane = static_cast<Lane>(whole(object, "lane", 0, 3)),
      .max_tokens = whole(object, "maxTokens", 0, 1e9),
      .sampling = to_sampling(object),
      .stops = strings(object, "stop"),
      .end_tokens = to_tokens(object.Get("endTokens"), "endTokens"),
      .banned_tokens = to_tokens(object.Get("bannedTokens"), "bannedTokens"),
      .overflow = to_overflow(object),
      .keep_first = whole(object, "keepFirst", 0, 1e9),
      .heal = whole(object, "heal", 0, 1e9),
      .drafts = to_drafts(object),
      .beam = whole(object, "beam", 1, kMostBeamWidth),
  };
}

LoadOptions to_load_options(const Napi::Value& value) {
  LoadOptions options;
  if (value.IsUndefined()) return options;
  if (!value.IsObject()) refuse(value.Env(), "argument `options` must be an object");
  const auto object = value.As<Napi::Object>();
  options.context_length = whole(object, "contextLength", options.context_length, 1u << 24);
  options.threads = whole(object, "threads", options.threads, 256);
  options.chunk = whole(object, "chunk", options.chunk, 4096);
  options.kv_bytes = whole(object, "kvBytes", options.kv_bytes, 9007199254740991.0);
  const Napi::Value cache = object.Get("kvCache");
  const std::string form = cache.IsUndefined() ? "auto" : cache.ToString().Utf8Value();
  const std::map<std::string, CacheForm> forms{{"auto", CacheForm::kAuto},
                                               {"int8", CacheForm::kInt8},
                                               {"f16", CacheForm::kFloat16},
                                               {"f32", CacheForm::kFloat32}};
  if (!forms.contains(form))
    refuse(value.Env(), "field `kvCache` is '" + form + "', not one of auto, int8, f16, f32");
  options.cache = forms.at(form);
  const Napi::Value device = object.Get("device");
  const std::string where = device.IsUndefined() ? "cpu" : device.ToString().Utf8Value();
  if (where != "cpu" && where != "cuda")
    refuse(value.Env(), "field `device` is '" + where + "', not one of cpu, cuda");
  options.device = where == "cuda" ? Device::kCuda : Device::kCpu;
  const Napi::Value path = object.Get("cpuPath");
  const std::string name = path.IsUndefined() ? "auto" : path.ToString().Utf8Value();
  if (name == "auto") return options;
  options.path = cpu::path_named(name);
  if (!options.path) {
    std::string choices = "auto";
    for (const cpu::NamedPath& each : cpu::kPaths) choices += std::string(", ") + each.name;
    refuse(value.Env(), "field `cpuPath` is '" + name + "', not one of " + choices);
  }
  return options;
}

}  // namespace lacuna::addon
