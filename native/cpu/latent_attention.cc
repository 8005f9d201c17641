#include "cpu/latent_attention.h"

#include <algorithm>
#include <cstring>

namespace lacuna::cpu {
namespace {

// Up to this many new tokens the cache is split between threads; beyond it the tokens are.
constexpr size_t kSplitTokens = 8;
constexpr size_t kMostParts = 16;
constexpr size_t kLeastPart = 512;  // positions

// Tokens that walk the cache together, so that a block of it is interleaved once for all.
constexpr size_t kTokenGroup = 16;

// Positions of one part: the same for every context of a range, so that a token's parts do not
// depend on its batch.
size_t part_length(size_t total) {
  size_t length = kLeastPart;
  while (length * kMostParts < total) length *= 2;
  return length;
}

size_t round_up(size_t n, size_t multiple) {
  return (n + multiple - 1) / multiple * multiple;
}

}  // namespace

bool LatentAttention::fits(const Kernels& kernels, const ModelConfig& config) {
  return kernels.bf16 != nullptr && tile_attention_kernels() != nullptr &&
         config.kv_lora_rank % 32 == 0;
}

size_t LatentAttention::row_width(const ModelConfig& config) {
  return round_up(config.cache_dim(), kTileColumns);
}

LatentAttention::LatentAttention(ThreadPool& pool, const Kernels& kernels,
                                 const ModelConfig& config, size_t max_tokens)
    : pool_(pool),
      kernels_(kernels),
      tiles_(*tile_attention_kernels()),
      config_(config),
      shape_{config.kv_lora_rank, row_width(config)},
      queries_(max_tokens * config.heads * shape_.width),
      packed_(head_groups() * max_tokens * kTileHeads * shape_.width / 2),
      latents_(max_tokens * head_groups() * kTileHeads * config.kv_lora_rank),
      states_(std::max(head_groups() * kMostParts * kSplitTokens, pool.threads() * kTokenGroup)),
      int8_rows_(std::min(max_tokens, kInt8MostTokens)) {
  std::fill_n(queries_.data(), queries_.size(), 0.0f);
  state_ = Buffer(states_ * kTileHeads * (shape_.rank + 2));
  const size_t widest = std::max(config.kv_lora_rank, config.nope_dim);
  const size_t projection =
      packed_bf16_size(max_tokens, widest) / 2 + linear_scratch_floats(widest);
  scratch_stride_ = round_up(std::max(tile_attention_scratch(shape_), projection), 16);
  scratch_ = Buffer(pool.threads() * scratch_stride_);
  int8_ = Int8Buffer(pool.threads() * int8_rows_, widest);
}

size_t LatentAttention::bytes() const {
  return queries_.bytes() + packed_.bytes() + latents_.bytes() + state_.bytes() + scratch_.bytes() +
         int8_.bytes();
}

// Multiply-adds that tiles do sixteen times faster than vectors.
size_t LatentAttention::attention_operations(size_t tokens, size_t total) const {
  return tokens * total * config_.heads * (shape_.width + shape_.rank) / 16;
}

TileAttentionState LatentAttention::state(size_t token) const {
  float* base = const_cast<float*>(state_.data());
  return {base + token * kTileHeads, base + (states_ + token) * kTileHeads,
          base + 2 * states_ * kTileHeads + token * kTileHeads * shape_.rank};
}

const uint16_t* LatentAttention::packed(size_t group, size_t token, size_t tokens) const {
  return reinterpret_cast<const uint16_t*>(packed_.data()) +
         (group * tokens + token) * kTileHeads * shape_.width;
}

void LatentAttention::project(const Matrix& w, const float* x, size_t x_stride, size_t tokens,
                              float* out, size_t out_stride, size_t thread) {
  float* scratch = scratch_.data() + thread * scratch_stride_;
  InputView view{form_for(kernels_, w.type, tokens, w.columns),
                 tokens,
                 w.columns,
                 x,
                 x_stride,
                 {},
                 0,
                 nullptr};
  if (view.form == Form::kInt8) {
    Int8Rows rows = int8_.rows(w.columns);
    rows.q += thread * int8_rows_ * rows.byte_stride;
    rows.scales += thread * int8_rows_ * rows.group_stride;
    rows.sums += thread * int8_rows_ * rows.group_stride;
    rows.halves += 2 * thread * int8_rows_ * rows.group_stride;
    kernels_.quantize_rows(x, x_stride, tokens, rows);
    view.int8 = rows;
  } else if (view.form == Form::kBf16) {
    auto* tiles = reinterpret_cast<uint16_t*>(scratch);
    kernels_.bf16->pack(x, x_stride, tokens, w.columns, 0, (tokens + kTileTokens - 1) / kTileTokens,
                        tiles);
    view.packed = tiles;
    scratch += packed_bf16_size(tokens, w.columns) / 2;
  }
  for (size_t first = 0; first < w.rows; first += kRowBlock) {
    const size_t last = std::min(first + kRowBlock, w.rows);
    multiply_row_block(kernels_, w, first, last, view, out + first, out_stride, scratch);
  }
}

// queries_[t, h] = [W_UK^T q_nope | q_pe].
void LatentAttention::to_latent(const AttentionWeights& weights, const float* queries,
                                size_t tokens) {
  const size_t stride = size_t{config_.heads} * config_.query_dim(), width = shape_.width;
  const size_t operations = tokens * config_.heads * shape_.rank * config_.nope_dim;
  pool_.run(config_.heads, operations, [&](size_t first, size_t last, size_t thread) {
    const TileGuard guard(kernels_, true);
    for (size_t h = first; h < last; ++h) {
      const float* q = queries + h * config_.query_dim();
      float* out = queries_.data() + h * width;
      project(weights.k_b[h], q, stride, tokens, out, config_.heads * width, thread);
      for (size_t t = 0; t < tokens; ++t) {
        std::memcpy(out + t * config_.heads * width + shape_.rank,
                    q + t * stride + config_.nope_dim, config_.rope_dim * sizeof(float));
      }
    }
  });
}

void LatentAttention::pack_queries(size_t tokens) {
  pool_.run(head_groups() * tokens, tokens * config_.heads * shape_.width * 4,
            [&](size_t first, size_t last, size_t) {
              for (size_t i = first; i < last; ++i) {
                const size_t group = i / tokens, token = i % tokens, head = group * kTileHeads;
                kernels_.bf16->pack(queries_.data() + (token * config_.heads + head) * shape_.width,
                                    shape_.width, std::min(kTileHeads, config_.heads - head),
                                    shape_.width, 0, 1,
                                    const_cast<uint16_t*>(packed(group, token, tokens)));
              }
            });
}

// Few tokens: one unit is one part of the cache; the parts are joined in order.
void LatentAttention::attend_split(size_t tokens, size_t position, const uint16_t* cache) {
  const size_t total = position + tokens, length = part_length(total),
               parts = (total + length - 1) / length;
  pool_.run(head_groups() * parts, attention_operations(tokens, total),
            [&](size_t first, size_t last, size_t thread) {
              const TileGuard guard(kernels_, true);
              for (size_t i = first; i < last; ++i) {
                const size_t group = i / parts, part = i % parts;
                const TileAttentionState s = state(i * tokens);
                tiles_.reset(shape_, tokens, s);
                tiles_.add(shape_, packed(group, 0, tokens), tokens, position, cache, part * length,
                           std::min((part + 1) * length, total), s,
                           scratch_.data() + thread * scratch_stride_);
              }
            });
  pool_.run(head_groups() * tokens, parts * tokens * config_.heads * shape_.rank,
            [&](size_t first, size_t last, size_t) {
              for (size_t i = first; i < last; ++i) {
                const size_t group = i / tokens, token = i % tokens;
                float* out =
                    latents_.data() + (token * head_groups() + group) * kTileHeads * shape_.rank;
                tiles_.combine(shape_, state(group * parts * tokens), token, parts, tokens, out);
              }
            });
}

// Many tokens: one unit is a group of tokens, which walks its whole past.
void LatentAttention::attend_grouped(size_t tokens, size_t position, const uint16_t* cache) {
  const size_t token_groups = (tokens + kTokenGroup - 1) / kTokenGroup;
  pool_.run(head_groups() * token_groups, attention_operations(tokens, position + tokens),
            [&](size_t first, size_t last, size_t thread) {
              const TileGuard guard(kernels_, true);
              const TileAttentionState s = state(thread * kTokenGroup);
              for (size_t i = first; i < last; ++i) {
                const size_t group = i % head_groups(), token = i / head_groups() * kTokenGroup;
                const size_t n = std::min(kTokenGroup, tokens - token);
                tiles_.reset(shape_, n, s);
                tiles_.add(shape_, packed(group, token, tokens), n, position + token, cache, 0,
                           position + token + n, s, scratch_.data() + thread * scratch_stride_);
                for (size_t t = 0; t < n; ++t) {
                  float* out = latents_.data() +
                               ((token + t) * head_groups() + group) * kTileHeads * shape_.rank;
                  tiles_.combine(shape_, s, t, 1, 0, out);
                }
              }
            });
}

void LatentAttention::run(const AttentionWeights& weights, const float* queries, size_t tokens,
                          size_t position, const uint16_t* cache, float* out) {
  to_latent(weights, queries, tokens);
  pack_queries(tokens);
  if (tokens <= kSplitTokens) {
    attend_split(tokens, position, cache);
  } else {
    attend_grouped(tokens, position, cache);
  }
  const size_t operations = tokens * config_.heads * shape_.rank * config_.value_dim;
  pool_.run(config_.heads, operations, [&](size_t first, size_t last, size_t thread) {
    const TileGuard guard(kernels_, true);
    for (size_t h = first; h < last; ++h) {
      project(weights.v_b[h], latents_.data() + h * shape_.rank,
              head_groups() * kTileHeads * shape_.rank, tokens, out + h * config_.value_dim,
              size_t{config_.heads} * config_.value_dim, thread);
    }
  });
}

}  // namespace lacuna::cpu
