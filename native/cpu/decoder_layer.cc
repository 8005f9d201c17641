#include "cpu/decoder_layer.h"

#include <algorithm>
#include <cstring>

#include "model/rope.h"

namespace lacuna::cpu {
namespace {

// Columns of the widest matrix: what a thread must be able to unpack.
size_t widest(const ModelConfig& c) {
  return std::max({size_t{c.hidden} * (c.nextn_layers > 0 ? 2 : 1), size_t{c.q_lora_rank},
                   size_t{c.heads} * c.value_dim, size_t{c.dense_ff}, size_t{c.expert_ff},
                   size_t{c.shared_ff}});
}

size_t feed_forward_width(const ModelConfig& c) {
  return std::max(c.dense_ff, c.shared_ff);
}

// What an element-wise step costs for a value, in multiply-adds.
constexpr size_t kElementCost = 4;

}  // namespace

DecoderLayer::DecoderLayer(ThreadPool& pool, const Kernels& kernels, const ModelConfig& config,
                           const DecoderLayerOptions& options)
    : pool_(pool),
      kernels_(kernels),
      config_(config),
      options_(options),
      scale_(static_cast<float>(attention_scale(config))),
      linear_(pool, kernels, options.max_tokens, widest(config)),
      normed_(options.max_tokens * config.hidden),
      q_latent_(options.max_tokens * config.q_lora_rank),
      q_(options.max_tokens * config.heads * config.query_dim()),
      kv_(options.max_tokens * config.cache_dim()),
      attended_(options.max_tokens * config.heads * config.value_dim),
      projected_(normed_.size()),
      // As bfloat16 tiles it takes half as much, but whole tiles of tokens.
      gate_(std::max(options.max_tokens, kTileTokens) * feed_forward_width(config)),
      up_(options.max_tokens * feed_forward_width(config)),
      cache_rows_(options.max_tokens * kv_row_width(config)) {
  if (options.on_tiles) {
    tile_attention_.emplace(pool, kernels, config, options.kv_form, options.max_tokens,
                            options.context_length);
  } else {
    attention_scratch_stride_ = attention_scratch(config, options.max_tokens);
    attention_scratch_ = Buffer(pool.threads() * attention_scratch_stride_);
  }
  if (config.routing.experts > 0) experts_.emplace(pool, kernels, config, options.max_tokens);
}

size_t DecoderLayer::bytes() const {
  size_t total = linear_.bytes() + (experts_ ? experts_->bytes() : 0) +
                 (tile_attention_ ? tile_attention_->bytes() : 0);
  for (const Buffer* b : {&normed_, &q_latent_, &q_, &kv_, &attended_, &projected_, &gate_, &up_,
                          &cache_rows_, &attention_scratch_}) {
    total += b->bytes();
  }
  return total;
}

bool DecoderLayer::run(CpuPass& pass, const LayerWeights& w, const LayerPages& cache) {
  if (pass.parts_done == 0) {
    attention(pass, w.attention, cache);
    if (pool_.stopped()) return false;
    pass.parts_done = 1;
  }
  const bool has_shared = !w.is_dense && !w.moe.shared.gate.empty();
  norm(pass.x.data(), w.ffn_norm, pass.tokens, config_.hidden, normed_.data());
  if (w.is_dense || has_shared) feed_forward(pass, w.is_dense ? w.dense : w.moe.shared);
  if (!w.is_dense) experts_->run(w.moe, normed_.data(), pass.tokens, pass.kind);
  if (pool_.stopped()) return false;
  if (w.is_dense || has_shared) add_to_residual(pass, projected_.data());
  if (!w.is_dense) experts_->add_to(pass.x.data());
  pass.parts_done = 0;
  return true;
}

void DecoderLayer::write_keys(const CpuPass& pass, const float* x, const AttentionWeights& weights,
                              const LayerPages& cache) {
  compress(pass, x, weights);
  if (!pool_.stopped()) append_to_cache(pass, weights, cache, KvForm::kFloat32);
}

void DecoderLayer::project(const float* x, std::span<const size_t> rows, const float* norm_weight,
                           const Matrix& w, PassKind kind, float* out) {
  for (size_t i = 0; i < rows.size(); ++i) {
    norm(x + rows[i] * config_.hidden, norm_weight, 1, config_.hidden,
         normed_.data() + i * config_.hidden);
  }
  multiply(w, normed_.data(), rows.size(), kind, out);
}

void DecoderLayer::multiply(const Matrix& w, const float* x, size_t rows, PassKind kind,
                            float* out) {
  linear_.set_input(x, rows, w.columns, kind);
  linear_.run(w, out);
}

// normed_ and q_, kv_ … on the way to projected_, and that into the residual stream.
void DecoderLayer::attention(CpuPass& pass, const AttentionWeights& w, const LayerPages& cache) {
  compress(pass, pass.x.data(), w);
  if (pool_.stopped()) return;
  append_to_cache(pass, w, cache, options_.kv_form);
  queries(pass, w);
  if (pool_.stopped()) return;
  if (tile_attention_) {
    tile_attention_->run(w, q_.data(), pass.chunks, pass.kind, cache, attended_.data(),
                         options_.attention);
  } else {
    for (const PassChunk& chunk : pass.chunks) attend(w, chunk, cache);
  }
  linear_.set_input(attended_.data(), pass.tokens, size_t{config_.heads} * config_.value_dim,
                    pass.kind);
  linear_.run(w.output, projected_.data());
  if (!pool_.stopped()) add_to_residual(pass, projected_.data());
}

void DecoderLayer::attend(const AttentionWeights& w, const PassChunk& chunk,
                          const LayerPages& cache) {
  const size_t query_width = size_t{config_.heads} * config_.query_dim(),
               out_width = size_t{config_.heads} * config_.value_dim;
  const AttentionInput input{q_.data() + chunk.first_row * query_width,
                             chunk.tokens,
                             chunk.position,
                             cache,
                             options_.kv_form,
                             chunk.pages,
                             w.k_b,
                             w.v_b,
                             attended_.data() + chunk.first_row * out_width,
                             &pool_,
                             options_.first_key};
  const AttentionForm form =
      options_.attention.value_or(cheaper_form(config_, chunk.tokens, chunk.total()));
  pool_.run(config_.heads, config_.heads * chunk.tokens * chunk.total() * 2 * config_.cache_dim(),
            [&](size_t first, size_t last, size_t thread) {
              for (size_t head = first; head < last; ++head) {
                attend_head(kernels_, config_, form, input, head,
                            attention_scratch_.data() + thread * attention_scratch_stride_);
              }
            });
}

// The input (normed_) → q_, rotated and scaled.
void DecoderLayer::queries(const CpuPass& pass, const AttentionWeights& w) {
  if (w.q.empty()) {
    linear_.run(w.q_a, q_latent_.data());
    norm(q_latent_.data(), w.q_a_norm, pass.tokens, config_.q_lora_rank, q_latent_.data());
    linear_.set_input(q_latent_.data(), pass.tokens, config_.q_lora_rank, pass.kind);
    linear_.run(w.q_b, q_.data());
  } else {
    linear_.run(w.q, q_.data());
  }
  const size_t width = size_t{config_.heads} * config_.query_dim();
  pool_.run(pass.tokens, pass.tokens * width, [&](size_t first, size_t last, size_t) {
    for (size_t t = first; t < last; ++t) {
      float* row = q_.data() + t * width;
      for (size_t h = 0; h < config_.heads; ++h)
        rotate(pass, row + h * config_.query_dim() + config_.nope_dim, t);
      kernels_.scale(row, width, scale_);
    }
  });
}

// x → normed_, the input of the queries too, and kv_.
void DecoderLayer::compress(const CpuPass& pass, const float* x, const AttentionWeights& w) {
  norm(x, w.norm, pass.tokens, config_.hidden, normed_.data());
  linear_.set_input(normed_.data(), pass.tokens, config_.hidden, pass.kind);
  linear_.run(w.kv_a, kv_.data());
}

// kv_ → one row [normed latent | rotated key] per token at its position.
void DecoderLayer::append_to_cache(const CpuPass& pass, const AttentionWeights& w,
                                   const LayerPages& cache, KvForm form) {
  const size_t dim = config_.cache_dim(), rank = config_.kv_lora_rank,
               width = kv_row_width(config_);
  for (const PassChunk& chunk : pass.chunks) {
    for (size_t i = 0; i < chunk.tokens; ++i) {
      const size_t t = chunk.first_row + i;
      const float* raw = kv_.data() + t * dim;
      float* row = cache_rows_.data() + t * width;
      kernels_.rms_norm(raw, w.kv_a_norm, row, rank, config_.norm_epsilon);
      std::memcpy(row + rank, raw + rank, config_.rope_dim * sizeof(float));
      rotate(pass, row + rank, t);
      std::byte* out = cache.row(chunk.pages, chunk.position + i);
      if (form == KvForm::kFloat32) {
        std::memcpy(out, row, dim * sizeof(float));
      } else if (tile_attention_) {
        tile_attention_->store_row(row, out);
      } else {
        store_int8_row({rank, width}, row, out);
      }
    }
  }
}

// projected_ = down(silu(gate normed_) * up normed_).
void DecoderLayer::feed_forward(CpuPass& pass, const FeedForwardWeights& w) {
  linear_.set_input(normed_.data(), pass.tokens, config_.hidden, pass.kind);
  if (linear_.can_gate(w.gate, w.up, w.down)) {
    linear_.run_gated(w.gate, w.up, reinterpret_cast<uint16_t*>(gate_.data()));
    if (!pool_.stopped()) linear_.run(w.down, projected_.data());
    return;
  }
  linear_.run(w.gate, gate_.data());
  linear_.run(w.up, up_.data());
  if (pool_.stopped()) return;
  const size_t width = w.gate.rows;
  pool_.run(pass.tokens, pass.tokens * width * kElementCost,
            [&](size_t first, size_t last, size_t) {
              kernels_.silu_multiply(gate_.data() + first * width, up_.data() + first * width,
                                     gate_.data() + first * width, (last - first) * width);
            });
  linear_.set_input(gate_.data(), pass.tokens, width, pass.kind);
  linear_.run(w.down, projected_.data());
}

void DecoderLayer::norm(const float* x, const float* weight, size_t rows, size_t width,
                        float* out) {
  pool_.run(rows, rows * width * kElementCost, [&](size_t first, size_t last, size_t) {
    for (size_t r = first; r < last; ++r)
      kernels_.rms_norm(x + r * width, weight, out + r * width, width, config_.norm_epsilon);
  });
}

// Turns interleaved pairs (2i, 2i + 1) of one head by the token's angles.
void DecoderLayer::rotate(const CpuPass& pass, float* x, size_t token) const {
  const size_t pairs = config_.rope_dim / 2;
  const float* cosines = pass.cosines.data() + token * pairs;
  const float* sines = pass.sines.data() + token * pairs;
  for (size_t i = 0; i < pairs; ++i) {
    const float a = x[2 * i], b = x[2 * i + 1];
    x[2 * i] = a * cosines[i] - b * sines[i];
    x[2 * i + 1] = a * sines[i] + b * cosines[i];
  }
}

void DecoderLayer::add_to_residual(CpuPass& pass, const float* y) {
  const size_t width = config_.hidden;
  pool_.run(pass.tokens, pass.tokens * width * kElementCost,
            [&](size_t first, size_t last, size_t) {
              kernels_.add_scaled(pass.x.data() + first * width, y + first * width,
                                  (last - first) * width, 1.0f);
            });
}

}  // namespace lacuna::cpu
