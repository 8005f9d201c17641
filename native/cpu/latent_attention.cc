#include "cpu/latent_attention.h"

#include <algorithm>
#include <cstring>

namespace lacuna::cpu {
namespace {

// Positions of one part where few tokens split the cache between threads. The same for every
// context, so that a token's parts do not depend on what shares its pass.
constexpr size_t kPartLength = 512;
static_assert(kPartLength % kAttentionBlock == 0);
static_assert(kTilePage == kPageTokens);

// Tokens that walk the cache together, so that a block of it is interleaved once for all.
constexpr size_t kTokenGroup = 16;

size_t parts_of(size_t positions) {
  return (positions + kPartLength - 1) / kPartLength;
}

size_t round_up(size_t n, size_t multiple) {
  return (n + multiple - 1) / multiple * multiple;
}

}  // namespace

bool LatentAttention::fits(const Kernels& kernels, const ModelConfig& config) {
  return kernels.bf16 != nullptr && tile_attention_kernels() != nullptr &&
         config.kv_lora_rank % 32 == 0;
}

LatentAttention::LatentAttention(ThreadPool& pool, const Kernels& kernels,
                                 const ModelConfig& config, KvForm form, size_t max_tokens,
                                 size_t context)
    : pool_(pool),
      kernels_(kernels),
      tiles_(*tile_attention_kernels()),
      config_(config),
      form_(form),
      row_{config.kv_lora_rank, kv_row_width(config)},
      shape_{config.kv_lora_rank, row_.width},
      queries_(max_tokens * config.heads * shape_.width),
      packed_(head_groups() * max_tokens * kTileHeads * shape_.width / 2),
      latents_(max_tokens * head_groups() * kTileHeads * config.kv_lora_rank),
      states_(std::max(head_groups() * parts_of(context) * std::min(max_tokens, kMostDecodeRows),
                       pool.threads() * kTokenGroup)),
      int8_rows_(std::min(max_tokens, kMostDecodeRows)),
      decompressed_(pool, kernels, config, max_tokens) {
  splits_.reserve(kMostDecodeRows);
  std::fill_n(queries_.data(), queries_.size(), 0.0f);
  state_ = Buffer(states_ * kTileHeads * (shape_.rank + 2));
  const size_t widest = std::max(config.kv_lora_rank, config.nope_dim);
  const size_t projection =
      packed_bf16_size(max_tokens, widest) / 2 + linear_scratch_floats(widest);
  scratch_stride_ = round_up(std::max(tile_attention_scratch(shape_), projection), 16);
  scratch_ = Buffer(pool.threads() * scratch_stride_);
  int8_ = Int8Buffer(pool.threads() * int8_rows_, widest);
}

TileCache LatentAttention::tile_cache(const LayerPages& cache, const PassChunk& chunk) const {
  return {cache.first, cache.page_bytes, chunk.pages.data(), form_ == KvForm::kInt8, row_};
}

void LatentAttention::store_row(const float* row, std::byte* out) const {
  if (form_ == KvForm::kInt8) {
    store_int8_row(row_, row, out);
  } else {
    tiles_.to_bf16(row, row_.width, reinterpret_cast<uint16_t*>(out));
  }
}

size_t LatentAttention::bytes() const {
  return queries_.bytes() + packed_.bytes() + latents_.bytes() + state_.bytes() + scratch_.bytes() +
         int8_.bytes() + decompressed_.bytes();
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

const uint16_t* LatentAttention::packed(size_t group, size_t row, size_t tokens) const {
  return reinterpret_cast<const uint16_t*>(packed_.data()) +
         (group * tokens + row) * kTileHeads * shape_.width;
}

float* LatentAttention::latent(size_t row, size_t group) {
  return latents_.data() + (row * head_groups() + group) * kTileHeads * shape_.rank;
}

void LatentAttention::project(const Matrix& w, const float* x, size_t x_stride, size_t tokens,
                              PassKind kind, float* out, size_t out_stride, size_t thread) {
  float* scratch = scratch_.data() + thread * scratch_stride_;
  InputView view{form_for(kernels_, w.type, tokens, w.columns, kind),
                 tokens,
                 w.columns,
                 x,
                 x_stride,
                 {},
                 0,
                 nullptr};
  if (view.form == Form::kInt8) {
    const Int8Rows rows = rows_from(int8_.rows(w.columns), thread * int8_rows_);
    kernels_.quantize_rows(x, x_stride, tokens, rows);
    view.int8 = rows;
  } else if (view.form == Form::kBf16) {
    auto* tiles = reinterpret_cast<uint16_t*>(scratch);
    kernels_.bf16->pack(x, x_stride, nullptr, tokens, w.columns, 0,
                        (tokens + kTileTokens - 1) / kTileTokens, tiles);
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
                                size_t tokens, PassKind kind) {
  const size_t stride = size_t{config_.heads} * config_.query_dim(), width = shape_.width;
  const size_t operations = tokens * config_.heads * shape_.rank * config_.nope_dim;
  pool_.run(config_.heads, operations, [&](size_t first, size_t last, size_t thread) {
    const TileGuard guard(kernels_, true);
    for (size_t h = first; h < last && !pool_.interrupted(); ++h) {
      const float* q = queries + h * config_.query_dim();
      float* out = queries_.data() + h * width;
      project(weights.k_b[h], q, stride, tokens, kind, out, config_.heads * width, thread);
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
                const size_t group = i / tokens, row = i % tokens, head = group * kTileHeads;
                kernels_.bf16->pack(queries_.data() + (row * config_.heads + head) * shape_.width,
                                    shape_.width, nullptr,
                                    std::min(kTileHeads, config_.heads - head), shape_.width, 0, 1,
                                    const_cast<uint16_t*>(packed(group, row, tokens)));
              }
            });
}

// Few tokens: one unit is one part of one sequence's cache; the parts are joined in order.
void LatentAttention::attend_split(std::span<const PassChunk> chunks, size_t tokens,
                                   const LayerPages& cache) {
  splits_.clear();
  size_t units = 0, states = 0, operations = 0;
  for (const PassChunk& chunk : chunks) {
    const size_t parts = parts_of(chunk.total());
    splits_.push_back({&chunk, units, states, parts});
    units += head_groups() * parts;
    states += head_groups() * parts * chunk.tokens;
    operations += attention_operations(chunk.tokens, chunk.total());
  }
  pool_.run(units, operations, [&](size_t first, size_t last, size_t thread) {
    const TileGuard guard(kernels_, true);
    size_t s = 0;
    for (size_t unit = first; unit < last && !pool_.interrupted(); ++unit) {
      while (s + 1 < splits_.size() && splits_[s + 1].first_unit <= unit) ++s;
      const Split& split = splits_[s];
      const PassChunk& chunk = *split.chunk;
      const size_t i = unit - split.first_unit, group = i / split.parts, part = i % split.parts;
      const TileAttentionState partial = state(split.first_state + i * chunk.tokens);
      tiles_.reset(shape_, chunk.tokens, partial);
      tiles_.add(shape_, packed(group, chunk.first_row, tokens), chunk.tokens, chunk.position,
                 tile_cache(cache, chunk), part * kPartLength,
                 std::min((part + 1) * kPartLength, chunk.total()), partial,
                 scratch_.data() + thread * scratch_stride_);
    }
  });
  for (const Split& split : splits_) {
    const PassChunk& chunk = *split.chunk;
    pool_.run(head_groups() * chunk.tokens,
              split.parts * chunk.tokens * config_.heads * shape_.rank,
              [&](size_t first, size_t last, size_t) {
                for (size_t i = first; i < last; ++i) {
                  const size_t group = i / chunk.tokens, token = i % chunk.tokens;
                  const size_t base = split.first_state + group * split.parts * chunk.tokens;
                  tiles_.combine(shape_, state(base), token, split.parts, chunk.tokens,
                                 latent(chunk.first_row + token, group));
                }
              });
  }
}

// Many tokens: one unit is a group of tokens, which walks its whole past. Early groups, which see
// little, take turns with late ones, so that threads get equal shares.
void LatentAttention::attend_grouped(const PassChunk& chunk, size_t tokens,
                                     const LayerPages& cache) {
  const size_t count = (chunk.tokens + kTokenGroup - 1) / kTokenGroup;
  pool_.run(
      head_groups() * count, attention_operations(chunk.tokens, chunk.total()),
      [&](size_t first, size_t last, size_t thread) {
        const TileGuard guard(kernels_, true);
        const TileAttentionState partial = state(thread * kTokenGroup);
        for (size_t unit = first; unit < last && !pool_.interrupted(); ++unit) {
          const size_t group = unit % head_groups(), turn = unit / head_groups();
          const size_t token = (turn % 2 == 0 ? turn / 2 : count - 1 - turn / 2) * kTokenGroup;
          const size_t n = std::min(kTokenGroup, chunk.tokens - token);
          tiles_.reset(shape_, n, partial);
          tiles_.add(shape_, packed(group, chunk.first_row + token, tokens), n,
                     chunk.position + token, tile_cache(cache, chunk), 0,
                     chunk.position + token + n, partial,
                     scratch_.data() + thread * scratch_stride_);
          for (size_t t = 0; t < n; ++t) {
            tiles_.combine(shape_, partial, t, 1, 0, latent(chunk.first_row + token + t, group));
          }
        }
      });
}

// out[t, h] = W_UV latent.
void LatentAttention::from_latent(const AttentionWeights& weights, size_t tokens, PassKind kind,
                                  float* out) {
  const size_t operations = tokens * config_.heads * shape_.rank * config_.value_dim;
  pool_.run(config_.heads, operations, [&](size_t first, size_t last, size_t thread) {
    const TileGuard guard(kernels_, true);
    for (size_t h = first; h < last && !pool_.interrupted(); ++h) {
      project(weights.v_b[h], latents_.data() + h * shape_.rank,
              head_groups() * kTileHeads * shape_.rank, tokens, kind, out + h * config_.value_dim,
              size_t{config_.heads} * config_.value_dim, thread);
    }
  });
}

void LatentAttention::run(const AttentionWeights& weights, const float* queries,
                          std::span<const PassChunk> chunks, PassKind kind, const LayerPages& cache,
                          float* out, std::optional<AttentionForm> forced) {
  const size_t tokens = chunks.back().first_row + chunks.back().tokens;
  const auto decompressed = [&](const PassChunk& chunk) {
    if (kind == PassKind::kDecode) return false;
    return forced ? forced == AttentionForm::kDecompressed : chunk.tokens >= kDecompressTokens;
  };
  if (!std::all_of(chunks.begin(), chunks.end(), decompressed)) {
    to_latent(weights, queries, tokens, kind);
    pack_queries(tokens);
    if (kind == PassKind::kDecode) {
      attend_split(chunks, tokens, cache);
    } else {
      for (const PassChunk& chunk : chunks) {
        if (!decompressed(chunk)) attend_grouped(chunk, tokens, cache);
      }
    }
    from_latent(weights, tokens, kind, out);
  }
  for (const PassChunk& chunk : chunks) {
    if (decompressed(chunk))
      decompressed_.run(weights, queries, chunk, tile_cache(cache, chunk), out);
  }
}

}  // namespace lacuna::cpu
