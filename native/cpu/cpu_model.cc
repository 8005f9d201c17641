#include "cpu/cpu_model.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "cpu/linear.h"
#include "model/rope.h"

namespace lacuna::cpu {
namespace {

// Columns of the widest matrix: what a thread must be able to unpack.
size_t widest(const ModelConfig& c) {
  return std::max({size_t{c.hidden}, size_t{c.q_lora_rank}, size_t{c.heads} * c.value_dim,
                   size_t{c.dense_ff}, size_t{c.expert_ff}, size_t{c.shared_ff}});
}

size_t feed_forward_width(const ModelConfig& c) {
  return std::max(c.dense_ff, c.shared_ff);
}

}  // namespace

CpuModel::CpuModel(std::unique_ptr<const ModelWeights> weights, const ModelConfig& config,
                   const CpuOptions& options)
    : config_(config),
      options_(options),
      kernels_(kernels_for(options.path)),
      weights_(std::move(weights)),
      frequencies_(rope_frequencies(config)),
      scale_(static_cast<float>(attention_scale(config))),
      pool_(options.threads),
      linear_(pool_, kernels_, options.max_chunk, widest(config)),
      x_(options.max_chunk * config.hidden),
      normed_(x_.size()),
      q_latent_(options.max_chunk * config.q_lora_rank),
      q_(options.max_chunk * config.heads * config.query_dim()),
      kv_(options.max_chunk * config.cache_dim()),
      attended_(options.max_chunk * config.heads * config.value_dim),
      projected_(x_.size()),
      gate_(options.max_chunk * feed_forward_width(config)),
      up_(gate_.size()),
      cosines_(options.max_chunk * config.rope_dim / 2),
      sines_(cosines_.size()),
      attention_scratch_stride_(0) {
  if (!options.attention && LatentAttention::fits(kernels_, config)) {
    tile_attention_.emplace(pool_, kernels_, config_, options.max_chunk);
  } else {
    attention_scratch_stride_ = attention_scratch(config, options.max_chunk);
    attention_scratch_ = Buffer(options.threads * attention_scratch_stride_);
  }
  // Tiles are read whole: up to fifteen rows beyond the last.
  const size_t rows = config.layers * options.context_length + kTileHeads;
  cache_ = Buffer((rows * cache_row_bytes() + 3) / sizeof(float));
  cache_row_ = Buffer(LatentAttention::row_width(config));
  std::fill_n(cache_row_.data(), cache_row_.size(), 0.0f);
  if (config.routing.experts > 0) experts_.emplace(pool_, kernels_, config_, options.max_chunk);
}

DeviceMemory CpuModel::memory() const {
  size_t scratch = linear_.bytes() + (experts_ ? experts_->bytes() : 0) +
                   (tile_attention_ ? tile_attention_->bytes() : 0);
  for (const Buffer* b : {&x_, &normed_, &q_latent_, &q_, &kv_, &attended_, &projected_, &gate_,
                          &up_, &cosines_, &sines_, &attention_scratch_}) {
    scratch += b->bytes();
  }
  return {weights_->mapped_bytes(), weights_->owned_bytes(),
          config_.layers * options_.context_length * cache_row_bytes(), scratch};
}

void CpuModel::begin(std::span<const int32_t> tokens, size_t position) {
  tokens_ = tokens.size();
  position_ = position;
  const Matrix& embedding = weights_->token_embedding;
  const DequantizeRow dequantize = kernels_.dequantize_row(embedding.type);
  const size_t pairs = config_.rope_dim / 2;
  for (size_t t = 0; t < tokens_; ++t) {
    dequantize(embedding.row(static_cast<size_t>(tokens[t])), x_.data() + t * config_.hidden,
               config_.hidden);
    for (size_t i = 0; i < pairs; ++i) {
      const double angle = static_cast<double>(position + t) * frequencies_[i];
      cosines_.data()[t * pairs + i] = static_cast<float>(std::cos(angle));
      sines_.data()[t * pairs + i] = static_cast<float>(std::sin(angle));
    }
  }
}

void CpuModel::run_layer(size_t layer) {
  const LayerWeights& w = weights_->layers[layer];
  attention(w.attention, layer);
  norm(x_.data(), w.ffn_norm, tokens_, config_.hidden, normed_.data());
  if (w.is_dense) {
    feed_forward(w.dense);
    return;
  }
  if (!w.moe.shared.gate.empty()) feed_forward(w.moe.shared);
  experts_->run(w.moe, normed_.data(), tokens_, x_.data());
}

void CpuModel::logits(size_t first_row, size_t count, float* out) {
  norm(x_.data() + first_row * config_.hidden, weights_->output_norm, count, config_.hidden,
       normed_.data());
  linear_.set_input(normed_.data(), count, config_.hidden);
  linear_.run(weights_->output, out);
}

void CpuModel::attention(const AttentionWeights& w, size_t layer) {
  const size_t layer_bytes = options_.context_length * cache_row_bytes();
  std::byte* cache = reinterpret_cast<std::byte*>(cache_.data()) + layer * layer_bytes;
  norm(x_.data(), w.norm, tokens_, config_.hidden, normed_.data());
  linear_.set_input(normed_.data(), tokens_, config_.hidden);
  linear_.run(w.kv_a, kv_.data());
  append_to_cache(w, cache);
  queries(w);
  if (tile_attention_) {
    tile_attention_->run(w, q_.data(), tokens_, position_, reinterpret_cast<const uint16_t*>(cache),
                         attended_.data());
  } else {
    attend(w, reinterpret_cast<const float*>(cache));
  }
  linear_.set_input(attended_.data(), tokens_, size_t{config_.heads} * config_.value_dim);
  linear_.run(w.output, projected_.data());
  add_to_residual(projected_.data());
}

void CpuModel::attend(const AttentionWeights& w, const float* cache) {
  const AttentionInput input{q_.data(), tokens_, position_, cache, w.k_b, w.v_b, attended_.data()};
  const AttentionForm form =
      options_.attention.value_or(cheaper_form(config_, tokens_, position_ + tokens_));
  const size_t pairs = tokens_ * (position_ + tokens_);
  pool_.run(config_.heads, config_.heads * pairs * 2 * config_.cache_dim(),
            [&](size_t first, size_t last, size_t thread) {
              for (size_t head = first; head < last; ++head) {
                attend_head(kernels_, config_, form, input, head,
                            attention_scratch_.data() + thread * attention_scratch_stride_);
              }
            });
}

// The input (normed_) → q_, rotated and scaled.
void CpuModel::queries(const AttentionWeights& w) {
  if (w.q.empty()) {
    linear_.run(w.q_a, q_latent_.data());
    norm(q_latent_.data(), w.q_a_norm, tokens_, config_.q_lora_rank, q_latent_.data());
    linear_.set_input(q_latent_.data(), tokens_, config_.q_lora_rank);
    linear_.run(w.q_b, q_.data());
  } else {
    linear_.run(w.q, q_.data());
  }
  for (size_t t = 0; t < tokens_; ++t) {
    float* row = q_.data() + t * config_.heads * config_.query_dim();
    for (size_t h = 0; h < config_.heads; ++h)
      rotate(row + h * config_.query_dim() + config_.nope_dim, t);
    kernels_.scale(row, size_t{config_.heads} * config_.query_dim(), scale_);
  }
}

// kv_ → one row [normed latent | rotated key] per token at its position.
void CpuModel::append_to_cache(const AttentionWeights& w, std::byte* cache) {
  const size_t dim = config_.cache_dim(), rank = config_.kv_lora_rank;
  for (size_t t = 0; t < tokens_; ++t) {
    const float* raw = kv_.data() + t * dim;
    float* row = cache_row_.data();
    kernels_.rms_norm(raw, w.kv_a_norm, row, rank, config_.norm_epsilon);
    std::memcpy(row + rank, raw + rank, config_.rope_dim * sizeof(float));
    rotate(row + rank, t);
    std::byte* out = cache + (position_ + t) * cache_row_bytes();
    if (tile_attention_) {
      tile_attention_->store_row(row, reinterpret_cast<uint16_t*>(out));
    } else {
      std::memcpy(out, row, dim * sizeof(float));
    }
  }
}

size_t CpuModel::cache_row_bytes() const {
  return tile_attention_ ? LatentAttention::row_width(config_) * sizeof(uint16_t)
                         : config_.cache_dim() * sizeof(float);
}

// x_ += down(silu(gate normed_) * up normed_).
void CpuModel::feed_forward(const FeedForwardWeights& w) {
  linear_.set_input(normed_.data(), tokens_, config_.hidden);
  linear_.run(w.gate, gate_.data());
  linear_.run(w.up, up_.data());
  kernels_.silu_multiply(gate_.data(), up_.data(), gate_.data(), tokens_ * w.gate.rows);
  linear_.set_input(gate_.data(), tokens_, w.gate.rows);
  linear_.run(w.down, projected_.data());
  add_to_residual(projected_.data());
}

void CpuModel::norm(const float* x, const float* weight, size_t rows, size_t width, float* out) {
  for (size_t r = 0; r < rows; ++r)
    kernels_.rms_norm(x + r * width, weight, out + r * width, width, config_.norm_epsilon);
}

// Turns interleaved pairs (2i, 2i + 1) of one head by the token's angles.
void CpuModel::rotate(float* x, size_t token) const {
  const size_t pairs = config_.rope_dim / 2;
  const float* cosines = cosines_.data() + token * pairs;
  const float* sines = sines_.data() + token * pairs;
  for (size_t i = 0; i < pairs; ++i) {
    const float a = x[2 * i], b = x[2 * i + 1];
    x[2 * i] = a * cosines[i] - b * sines[i];
    x[2 * i + 1] = a * sines[i] + b * cosines[i];
  }
}

void CpuModel::add_to_residual(const float* y) {
  kernels_.add_scaled(x_.data(), y, tokens_ * config_.hidden, 1.0f);
}

}  // namespace lacuna::cpu
