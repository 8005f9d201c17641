// `attention({path, form, …})`: all heads of one attention layer over a given cache;
// `cheaperForm(…)`.
#include "cpu/attention.h"

#include <algorithm>
#include <cstring>

#include "addon/errors.h"
#include "cpu/latent_attention.h"
#include "testing/arguments.h"
#include "testing/testing.h"

namespace lacuna::testing {
namespace {

ModelConfig shape_of(const Napi::Object& o) {
  ModelConfig config{};
  config.heads = static_cast<uint32_t>(size_field(o, "heads"));
  config.kv_lora_rank = static_cast<uint32_t>(size_field(o, "rank"));
  config.nope_dim = static_cast<uint32_t>(size_field(o, "nope"));
  config.rope_dim = static_cast<uint32_t>(size_field(o, "rope"));
  config.value_dim = static_cast<uint32_t>(size_field(o, "value"));
  return config;
}

MatrixStack stack_of(const std::vector<float>& data, size_t heads, size_t rows, size_t columns) {
  return {float_matrix(data, rows, columns), heads, rows * columns * sizeof(float)};
}

// Cache rows of `row_bytes` in pages of a pool that lie in no order.
struct PagedCache {
  PagedCache(size_t positions, size_t row_bytes)
      : pages((positions + kPageTokens - 1) / kPageTokens),
        pool(2 * pages.size() + 1, std::vector<size_t>(2, row_bytes)) {
    for (size_t i = 0; i < pages.size(); ++i)
      pages[i] = static_cast<PageId>(2 * pages.size() - 2 * i);
  }
  cpu::LayerPages layer() { return pool.layer(1); }

  std::vector<PageId> pages;
  cpu::KvPool pool;
};

Napi::Value attention(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return addon::guarded(env, [&]() -> Napi::Value {
    const auto o = info[0].As<Napi::Object>();
    const ModelConfig config = shape_of(o);
    const size_t tokens = size_field(o, "tokens");
    std::vector<float> queries = floats_field(o, "queries");
    const std::vector<float> cache = floats_field(o, "cache"), k_b = floats_field(o, "kB"),
                             v_b = floats_field(o, "vB");
    std::vector<float> out(tokens * config.heads * config.value_dim);
    std::vector<float> scratch(cpu::attention_scratch(config, tokens));
    const size_t dim = config.cache_dim(), positions = cache.size() / dim;
    const bool int8 = o.Get("int8").ToBoolean();
    const cpu::KvForm form = int8 ? cpu::KvForm::kInt8 : cpu::KvForm::kFloat32;
    const size_t width = cpu::kv_row_width(config);
    PagedCache paged(positions, cpu::kv_row_bytes(form, config));
    std::vector<float> row(width);
    for (size_t p = 0; p < positions; ++p) {
      std::byte* to = paged.layer().row(paged.pages, p);
      std::copy_n(cache.begin() + static_cast<std::ptrdiff_t>(p * dim), dim, row.begin());
      if (int8) {
        cpu::store_int8_row({config.kv_lora_rank, width}, row.data(), to);
      } else {
        std::memcpy(to, row.data(), dim * sizeof(float));
      }
    }
    const cpu::AttentionInput input{
        queries.data(),
        tokens,
        positions - tokens,
        paged.layer(),
        form,
        paged.pages,
        stack_of(k_b, config.heads, config.kv_lora_rank, config.nope_dim),
        stack_of(v_b, config.heads, config.value_dim, config.kv_lora_rank),
        out.data(),
        nullptr};
    const bool absorbed = o.Get("form").As<Napi::String>().Utf8Value() == "absorbed";
    for (size_t head = 0; head < config.heads; ++head) {
      cpu::attend_head(kernels_field(o), config,
                       absorbed ? cpu::AttentionForm::kAbsorbed : cpu::AttentionForm::kDecompressed,
                       input, head, scratch.data());
    }
    return to_array(env, out);
  });
}

// `form`, if it is there.
std::optional<cpu::AttentionForm> form_field(const Napi::Object& o) {
  if (!o.Has("form")) return {};
  return o.Get("form").As<Napi::String>().Utf8Value() == "absorbed"
             ? cpu::AttentionForm::kAbsorbed
             : cpu::AttentionForm::kDecompressed;
}

// The same layer on the tile unit; the cache is rounded to bfloat16 first.
Napi::Value tile_attention(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return addon::guarded(env, [&]() -> Napi::Value {
    const auto o = info[0].As<Napi::Object>();
    const ModelConfig config = shape_of(o);
    const size_t tokens = size_field(o, "tokens"), dim = config.cache_dim();
    const std::vector<float> queries = floats_field(o, "queries"), cache = floats_field(o, "cache"),
                             k_b = floats_field(o, "kB"), v_b = floats_field(o, "vB");
    AttentionWeights weights{};
    weights.k_b = stack_of(k_b, config.heads, config.kv_lora_rank, config.nope_dim);
    weights.v_b = stack_of(v_b, config.heads, config.value_dim, config.kv_lora_rank);

    cpu::ThreadPool pool(size_field(o, "threads"));
    const size_t positions = cache.size() / dim, width = cpu::kv_row_width(config);
    const cpu::KvForm form = o.Get("int8").ToBoolean() ? cpu::KvForm::kInt8 : cpu::KvForm::kBf16;
    cpu::LatentAttention attention(pool, kernels_field(o), config, form, tokens, positions);
    PagedCache paged(positions, cpu::kv_row_bytes(form, config));
    std::vector<float> row(width), out(tokens * config.heads * config.value_dim);
    for (size_t p = 0; p < positions; ++p) {
      std::copy_n(cache.begin() + static_cast<std::ptrdiff_t>(p * dim), dim, row.begin());
      attention.store_row(row.data(), paged.layer().row(paged.pages, p));
    }
    const cpu::PassChunk chunk{0, tokens, positions - tokens, paged.pages};
    attention.run(
        weights, queries.data(), std::span(&chunk, 1),
        tokens <= kMostDecodeRows && !o.Has("form") ? PassKind::kDecode : PassKind::kPrefill,
        paged.layer(), out.data(), form_field(o));
    return to_array(env, out);
  });
}

Napi::Value cheaper_form(const Napi::CallbackInfo& info) {
  const auto form = cpu::cheaper_form(shape_of(info[0].As<Napi::Object>()),
                                      info[1].As<Napi::Number>().Uint32Value(),
                                      info[2].As<Napi::Number>().Uint32Value());
  return Napi::String::New(info.Env(),
                           form == cpu::AttentionForm::kAbsorbed ? "absorbed" : "decompressed");
}

}  // namespace

void register_attention(Napi::Env env, Napi::Object exports) {
  exports.Set("attention", Napi::Function::New(env, attention, "attention"));
  exports.Set("tileAttention", Napi::Function::New(env, tile_attention, "tileAttention"));
  exports.Set("cheaperForm", Napi::Function::New(env, cheaper_form, "cheaperForm"));
}

}  // namespace lacuna::testing
