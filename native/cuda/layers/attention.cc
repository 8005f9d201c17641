#include "cuda/layers/attention.h"

#include <algorithm>
#include <string>
#include <utility>

#include "cuda/driver/launch.h"
#include "model/rope.h"

namespace lacuna::cuda {
namespace {

std::string named(const char* kernel, KvFormat format) {
  return std::string(kernel) + (format == KvFormat::kFloat16 ? "_f16" : "_f32");
}

uint32_t splits_of(const AttentionSizes& sizes) {
  return kernels::mla_most_splits(static_cast<uint32_t>(sizes.context));
}

size_t decode_shared(const ModelConfig& c, uint32_t value_bytes) {
  return kernels::mla_decode_shared_bytes(value_bytes, c.kv_lora_rank, c.rope_dim);
}
size_t prefill_shared(const ModelConfig& c, uint32_t value_bytes) {
  return kernels::mla_prefill_shared_bytes(value_bytes, c.nope_dim, c.rope_dim, c.value_dim);
}

}  // namespace

AttentionScratch::AttentionScratch(Arena& arena, const ModelConfig& c, const ModelForms& forms,
                                   const AttentionSizes& sizes)
    : kv(arena.take_array<float>(sizes.rows * c.cache_dim())),
      q_down(arena.take_array<float>(sizes.rows * c.q_lora_rank)),
      q_latent(arena, sizes.rows, c.q_lora_rank, forms.q_latent),
      q(arena.take_array<float>(sizes.rows * c.heads * c.query_dim())),
      attended(arena.take_array<float>(sizes.rows * c.heads * c.value_dim)),
      fixed_attended(arena, sizes.rows, size_t{c.heads} * c.value_dim,
                     {false, forms.attended.fixed}) {
  const size_t few = std::min(sizes.rows, kMostDecodeRows), heads = c.heads;
  q_nope = Activations(arena, few * heads, c.nope_dim, {false, forms.q_nope.fixed});
  q_absorbed = arena.take_array<float>(few * heads * c.kv_lora_rank);
  part_latents =
      arena.take(kernels::mla_parts_latents_bytes(few, c.heads, c.kv_lora_rank, splits_of(sizes)));
  part_states = arena.take(kernels::mla_parts_states_bytes(few, c.heads, splits_of(sizes)));
  latents = Activations(arena, few * heads, c.kv_lora_rank, forms.latent);
  if (!Attention::decompresses(c, sizes.rows)) return;
  const size_t positions = std::min(sizes.context, Attention::kKeySlice);
  slice = Activations(arena, positions, c.kv_lora_rank, forms.keys);
  keys = arena.take_array<float>(positions * heads * c.nope_dim);
  values = arena.take_array<float>(positions * heads * c.value_dim);
  states = arena.take(kernels::mla_states_bytes(sizes.rows, c.heads));
}

Attention::Attention(const KernelLibrary& library, const Products& products, const Norms& norms,
                     const HeadLists& heads, const ModelConfig& config, const AttentionSizes& sizes,
                     KvFormat format, AttentionScratch scratch)
    : products_(products),
      norms_(norms),
      heads_(heads),
      config_(config),
      sizes_(sizes),
      value_bytes_(format == KvFormat::kFloat16 ? 2 : 4),
      scale_(static_cast<float>(attention_scale(config))),
      scratch_(std::move(scratch)),
      append_(library, named("append_latent", format)),
      prepare_(library, "prepare_queries"),
      decode_(library, named("mla_decode", format), decode_shared(config, value_bytes_)),
      combine_(library, "mla_combine"),
      gather_(library, named("gather_latent", format)),
      prefill_(library, named("mla_prefill", format), prefill_shared(config, value_bytes_)) {}

// For each new token and head: absorbed it multiplies rank + rope_dim values of every position, and
// rank values when it adds them up; decompressed those are nope_dim + rope_dim and value_dim, but
// every position costs rank * (nope_dim + value_dim) for its key and value first.
bool Attention::decompresses(const ModelConfig& c, size_t tokens) {
  const size_t latent = 2 * c.kv_lora_rank, plain = c.nope_dim + c.value_dim;
  return latent > plain && tokens * (latent - plain) > c.kv_lora_rank * plain;
}

void Attention::run(const Stream& stream, const DeviceAttention& w, const CudaPass& pass,
                    ProductShape shape, const Rows& normed, CUdeviceptr cache_rows,
                    float* out) const {
  const kernels::KvCacheView cache{reinterpret_cast<void*>(cache_rows), kv_row_width(config_)};
  const auto rows = static_cast<uint32_t>(pass.rows);
  const kernels::PassRows at = pass.rows_from(0);
  products_.run(stream, shape, w.kv_a, normed, rows, scratch_.kv.as<float>());
  append_.launch(stream, {rows}, kernels::kAppendLatentThreads, 0,
                 {.kv = scratch_.kv.as<const float>(),
                  .kv_stride = config_.cache_dim(),
                  .weight = w.kv_a_norm,
                  .epsilon = config_.norm_epsilon,
                  .at = at,
                  .cache = cache,
                  .rank = config_.kv_lora_rank,
                  .rope_dim = config_.rope_dim});
  project_queries(stream, w, rows, shape, normed);
  if (pass.kind == PassKind::kDecode) {
    absorbed(stream, w, pass, cache, 0, rows);
  } else {
    for (size_t c = 0; c < pass.chunks.size(); ++c) {
      const CudaPass::Chunk& chunk = pass.chunks[c];
      if (decompresses(config_, chunk.tokens)) {
        decompressed(stream, w, pass, cache, c);
        continue;
      }
      for (size_t done = 0; done < chunk.tokens; done += kMostDecodeRows) {
        absorbed(stream, w, pass, cache, chunk.first_row + done,
                 std::min(chunk.tokens - done, kMostDecodeRows));
      }
    }
  }
  Rows attended = scratch_.fixed_attended.rows();
  attended.floats = scratch_.attended.as<float>();
  norms_.fix(stream, attended.floats, rows, attended);
  products_.run(stream, shape, w.output, attended, rows, out);
}

// → q, turned and scaled.
void Attention::project_queries(const Stream& stream, const DeviceAttention& w, size_t rows,
                                ProductShape shape, const Rows& normed) const {
  if (w.q.empty()) {
    products_.run(stream, shape, w.q_a, normed, rows, scratch_.q_down.as<float>());
    const Rows latent = scratch_.q_latent.rows();
    norms_.norm(stream, scratch_.q_down.as<float>(), w.q_a_norm, rows, latent);
    products_.run(stream, shape, w.q_b, latent, rows, scratch_.q.as<float>());
  } else {
    products_.run(stream, shape, w.q, normed, rows, scratch_.q.as<float>());
  }
}

// Rows first … first + rows - 1, at most kMostDecodeRows, on latents.
void Attention::absorbed(const Stream& stream, const DeviceAttention& w, const CudaPass& pass,
                         const kernels::KvCacheView& cache, size_t first, size_t rows) const {
  const ModelConfig& c = config_;
  const auto count = static_cast<uint32_t>(rows);
  const kernels::PassRows at = pass.rows_from(first);
  float* const q = scratch_.q.as<float>(first * c.heads * c.query_dim());
  Rows nope = scratch_.q_nope.rows();
  prepare_.launch(stream, {kernels::prepare_queries_blocks(c.heads), count},
                  kernels::kPrepareQueriesThreads, 0,
                  {q, nope.fixed, at, c.heads, c.nope_dim, c.rope_dim, scale_});
  nope.floats = q;
  nope.stride = c.query_dim();
  const ProductRows by_head{rows, heads_.list(rows), heads_.tiles(rows)};
  products_.run_list(stream, ProductShape::kVector, w.k_b, nope, by_head,
                     scratch_.q_absorbed.as<float>());
  const kernels::MlaParts parts{scratch_.part_latents.as<float>(),
                                scratch_.part_states.as<kernels::SoftmaxState>(),
                                splits_of(sizes_)};
  decode_.launch(stream, {parts.splits, kernels::mla_decode_head_tiles(c.heads), count},
                 kernels::kMlaDecodeThreads, decode_shared(c, value_bytes_),
                 {scratch_.q_absorbed.as<const float>(), q, at, cache, parts, c.heads, c.nope_dim,
                  c.rope_dim, c.kv_lora_rank});
  const Rows latents = scratch_.latents.rows();
  combine_.launch(stream, {c.heads, count}, kernels::kMlaCombineThreads, 0,
                  {parts, at.positions, latents.floats, latents.fixed, c.kv_lora_rank});
  products_.run_list(stream, ProductShape::kVector, w.v_b, latents, by_head,
                     scratch_.attended.as<float>(first * c.heads * c.value_dim));
}

// All rows of a chunk, on keys and values that are made of latents slice by slice.
void Attention::decompressed(const Stream& stream, const DeviceAttention& w, const CudaPass& pass,
                             const kernels::KvCacheView& cache, size_t index) const {
  const ModelConfig& c = config_;
  const CudaPass::Chunk& chunk = pass.chunks[index];
  const auto rows = static_cast<uint32_t>(chunk.tokens);
  const kernels::PassRows at = pass.rows_from(chunk.first_row);
  float* const q = scratch_.q.as<float>(chunk.first_row * c.heads * c.query_dim());
  prepare_.launch(stream, {kernels::prepare_queries_blocks(c.heads), rows},
                  kernels::kPrepareQueriesThreads, 0,
                  {q, {nullptr, nullptr, nullptr}, at, c.heads, c.nope_dim, c.rope_dim, scale_});
  const uint32_t* const pages = at.page_table + index * at.table_stride;
  for (size_t first = 0; first < chunk.total(); first += kKeySlice) {
    const auto position = static_cast<uint32_t>(first);
    const auto count = static_cast<uint32_t>(std::min(chunk.total() - first, kKeySlice));
    const Rows slice = scratch_.slice.rows();
    gather_.launch(stream, {kernels::gather_latent_blocks(count)}, kernels::kGatherLatentThreads, 0,
                   {cache, pages, position, count, slice.floats, slice.fixed, c.kv_lora_rank});
    products_.run(stream, ProductShape::kMatrix, w.keys, slice, count, scratch_.keys.as<float>());
    products_.run(stream, ProductShape::kMatrix, w.v_b.joined(), slice, count,
                  scratch_.values.as<float>());
    prefill_.launch(stream, {kernels::mla_prefill_row_tiles(rows), c.heads},
                    kernels::kMlaPrefillThreads, prefill_shared(c, value_bytes_),
                    {.q = q,
                     .keys = scratch_.keys.as<const float>(),
                     .values = scratch_.values.as<const float>(),
                     .cache = cache,
                     .pages = pages,
                     .out = scratch_.attended.as<float>(chunk.first_row * c.heads * c.value_dim),
                     .states = scratch_.states.as<kernels::SoftmaxState>(chunk.first_row * c.heads),
                     .rows = rows,
                     .first_position = static_cast<uint32_t>(chunk.position),
                     .first_key = position,
                     .key_count = count,
                     .heads = c.heads,
                     .nope_dim = c.nope_dim,
                     .rope_dim = c.rope_dim,
                     .value_dim = c.value_dim,
                     .rank = c.kv_lora_rank});
  }
}

}  // namespace lacuna::cuda
