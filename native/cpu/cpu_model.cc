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

bool uses_tiles(const ModelConfig& config, const CpuOptions& options) {
  return LatentAttention::fits(kernels_for(options.path), config);
}

KvForm kv_form(const ModelConfig& config, const CpuOptions& options) {
  if (options.int8_cache) return KvForm::kInt8;
  return uses_tiles(config, options) ? KvForm::kBf16 : KvForm::kFloat32;
}

// What an element-wise step costs for a value, in multiply-adds.
constexpr size_t kElementCost = 4;

}  // namespace

CpuModel::CpuModel(std::unique_ptr<const ModelWeights> weights, const ModelConfig& config,
                   const CpuOptions& options)
    : config_(config),
      options_(options),
      kernels_(kernels_for(options.path)),
      weights_(std::move(weights)),
      frequencies_(rope_frequencies(config)),
      scale_(static_cast<float>(attention_scale(config))),
      kv_form_(kv_form(config, options)),
      pool_(options.threads),
      linear_(pool_, kernels_, options.max_chunk, widest(config)),
      kv_pool_(0, 0, 0),  // until it is known which rows it holds
      normed_(options.max_chunk * config.hidden),
      q_latent_(options.max_chunk * config.q_lora_rank),
      q_(options.max_chunk * config.heads * config.query_dim()),
      kv_(options.max_chunk * config.cache_dim()),
      attended_(options.max_chunk * config.heads * config.value_dim),
      projected_(normed_.size()),
      // As bfloat16 tiles it takes half as much, but whole tiles of tokens.
      gate_(std::max(options.max_chunk, kTileTokens) * feed_forward_width(config)),
      up_(options.max_chunk * feed_forward_width(config)),
      cache_rows_(options.max_chunk * kv_row_width(config)),
      attention_scratch_stride_(0) {
  if (uses_tiles(config, options)) {
    tile_attention_.emplace(pool_, kernels_, config_, kv_form_, options.max_chunk,
                            options.context_length);
  } else {
    attention_scratch_stride_ = attention_scratch(config, options.max_chunk);
    attention_scratch_ = Buffer(options.threads * attention_scratch_stride_);
  }
  kv_pool_ = KvPool(options.pages, config.layers, kv_row_bytes(kv_form_, config_));
  if (config.routing.experts > 0) experts_.emplace(pool_, kernels_, config_, options.max_chunk);
}

size_t CpuModel::bytes_per_page(const ModelConfig& config, const CpuOptions& options) {
  return config.layers * kPageTokens * kv_row_bytes(kv_form(config, options), config);
}

DeviceMemory CpuModel::memory() const {
  size_t scratch = linear_.bytes() + (experts_ ? experts_->bytes() : 0) +
                   (tile_attention_ ? tile_attention_->bytes() : 0);
  for (const Buffer* b : {&normed_, &q_latent_, &q_, &kv_, &attended_, &projected_, &gate_, &up_,
                          &cache_rows_, &attention_scratch_}) {
    scratch += b->bytes();
  }
  return {weights_->mapped_bytes(), weights_->owned_bytes(),
          kv_pool_.pages() * kv_pool_.page_bytes(), scratch};
}

std::unique_ptr<Pass> CpuModel::make_pass() {
  return std::make_unique<CpuPass>(config_, options_.max_chunk);
}

void CpuModel::begin(Pass& erased, std::span<const SequenceChunk> chunks, PassKind kind,
                     std::span<const size_t> wanted) {
  auto& pass = static_cast<CpuPass&>(erased);
  pass.kind = kind;
  pass.wanted.assign(wanted.begin(), wanted.end());
  pass.tokens = pass.parts_done = 0;
  pass.chunks.resize(chunks.size());
  const Matrix& embedding = weights_->token_embedding;
  const DequantizeRow dequantize = kernels_.dequantize_row(embedding.type);
  const size_t pairs = config_.rope_dim / 2;
  for (size_t c = 0; c < chunks.size(); ++c) {
    const SequenceChunk& chunk = chunks[c];
    PassChunk& copy = pass.chunks[c];
    copy.first_row = pass.tokens;
    copy.tokens = chunk.tokens.size();
    copy.position = chunk.position;
    copy.pages.assign(chunk.pages.begin(), chunk.pages.end());
    for (size_t i = 0; i < copy.tokens; ++i) {
      const size_t t = pass.tokens + i;
      dequantize(embedding.row(static_cast<size_t>(chunk.tokens[i])),
                 pass.x.data() + t * config_.hidden, config_.hidden);
      for (size_t p = 0; p < pairs; ++p) {
        const double angle = static_cast<double>(chunk.position + i) * frequencies_[p];
        pass.cosines.data()[t * pairs + p] = static_cast<float>(std::cos(angle));
        pass.sines.data()[t * pairs + p] = static_cast<float>(std::sin(angle));
      }
    }
    pass.tokens += copy.tokens;
  }
}

bool CpuModel::run_layer(Pass& erased, size_t layer, const std::atomic<bool>& interrupt) {
  auto& pass = static_cast<CpuPass&>(erased);
  const LayerWeights& w = weights_->layers[layer];
  pool_.watch(&interrupt);
  if (pass.parts_done == 0) {
    attention(pass, w.attention, layer);
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

bool CpuModel::logits(Pass& erased, float* out, const std::atomic<bool>& interrupt) {
  auto& pass = static_cast<CpuPass&>(erased);
  const std::vector<size_t>& rows = pass.wanted;
  pool_.watch(&interrupt);
  for (size_t i = 0; i < rows.size(); ++i) {
    norm(pass.x.data() + rows[i] * config_.hidden, weights_->output_norm, 1, config_.hidden,
         normed_.data() + i * config_.hidden);
  }
  linear_.set_input(normed_.data(), rows.size(), config_.hidden, pass.kind);
  linear_.run(weights_->output, out);
  return !pool_.stopped();
}

// normed_ and q_, kv_ … on the way to projected_, and that into the residual stream.
void CpuModel::attention(CpuPass& pass, const AttentionWeights& w, size_t layer) {
  const LayerPages cache = kv_pool_.layer(layer);
  norm(pass.x.data(), w.norm, pass.tokens, config_.hidden, normed_.data());
  linear_.set_input(normed_.data(), pass.tokens, config_.hidden, pass.kind);
  linear_.run(w.kv_a, kv_.data());
  if (pool_.stopped()) return;
  append_to_cache(pass, w, cache);
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

void CpuModel::attend(const AttentionWeights& w, const PassChunk& chunk, const LayerPages& cache) {
  const size_t query_width = size_t{config_.heads} * config_.query_dim(),
               out_width = size_t{config_.heads} * config_.value_dim;
  const AttentionInput input{q_.data() + chunk.first_row * query_width,
                             chunk.tokens,
                             chunk.position,
                             cache,
                             kv_form_,
                             chunk.pages,
                             w.k_b,
                             w.v_b,
                             attended_.data() + chunk.first_row * out_width,
                             &pool_};
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
void CpuModel::queries(const CpuPass& pass, const AttentionWeights& w) {
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

// kv_ → one row [normed latent | rotated key] per token at its position.
void CpuModel::append_to_cache(const CpuPass& pass, const AttentionWeights& w,
                               const LayerPages& cache) {
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
      if (tile_attention_) {
        tile_attention_->store_row(row, out);
      } else if (kv_form_ == KvForm::kInt8) {
        store_int8_row({rank, width}, row, out);
      } else {
        std::memcpy(out, row, dim * sizeof(float));
      }
    }
  }
}

// projected_ = down(silu(gate normed_) * up normed_).
void CpuModel::feed_forward(CpuPass& pass, const FeedForwardWeights& w) {
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

void CpuModel::norm(const float* x, const float* weight, size_t rows, size_t width, float* out) {
  pool_.run(rows, rows * width * kElementCost, [&](size_t first, size_t last, size_t) {
    for (size_t r = first; r < last; ++r)
      kernels_.rms_norm(x + r * width, weight, out + r * width, width, config_.norm_epsilon);
  });
}

// Turns interleaved pairs (2i, 2i + 1) of one head by the token's angles.
void CpuModel::rotate(const CpuPass& pass, float* x, size_t token) const {
  const size_t pairs = config_.rope_dim / 2;
  const float* cosines = pass.cosines.data() + token * pairs;
  const float* sines = pass.sines.data() + token * pairs;
  for (size_t i = 0; i < pairs; ++i) {
    const float a = x[2 * i], b = x[2 * i + 1];
    x[2 * i] = a * cosines[i] - b * sines[i];
    x[2 * i + 1] = a * sines[i] + b * cosines[i];
  }
}

void CpuModel::add_to_residual(CpuPass& pass, const float* y) {
  const size_t width = config_.hidden;
  pool_.run(pass.tokens, pass.tokens * width * kElementCost,
            [&](size_t first, size_t last, size_t) {
              kernels_.add_scaled(pass.x.data() + first * width, y + first * width,
                                  (last - first) * width, 1.0f);
            });
}

}  // namespace lacuna::cpu
