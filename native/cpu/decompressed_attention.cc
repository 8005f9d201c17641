#include "cpu/decompressed_attention.h"

#include <algorithm>
#include <cstring>

#include "cpu/linear.h"

namespace lacuna::cpu {
namespace {

size_t tile_count(size_t tokens) {
  return (tokens + kTileHeads - 1) / kTileHeads;
}

}  // namespace

DecompressedAttention::Scratch::Scratch(const DecompressedShape& shape, size_t row_width,
                                        size_t max_tokens, float* base) {
  floats = 0;
  const auto take = [&](size_t n) {
    float* p = base == nullptr ? nullptr : base + floats;
    floats += (n + 15) / 16 * 16;
    return p;
  };
  const auto take_bf16 = [&](size_t n) { return reinterpret_cast<uint16_t*>(take((n + 1) / 2)); };
  const size_t lanes = tile_count(max_tokens) * kTileHeads;
  unpacked = take(shape.rank * (shape.nope + shape.value));
  weights = take_bf16(shape.weights());
  queries = take_bf16(lanes * shape.key_width());
  padded = take(kTileHeads * shape.key_width());
  keys = take_bf16(shape.keys());
  values = take_bf16(shape.values());
  expand = take(expand_scratch(shape, row_width));
  softmax = take(tile_attention_scratch(shape.softmax()));
  state = {take(lanes), take(lanes), take(lanes * shape.value_width())};
}

DecompressedAttention::DecompressedAttention(ThreadPool& pool, const Kernels& kernels,
                                             const ModelConfig& config, size_t max_tokens)
    : pool_(pool),
      kernels_(kernels),
      tiles_(*tile_attention_kernels()),
      decompress_(*tile_decompress_kernels()),
      config_(config),
      shape_{config.kv_lora_rank, config.nope_dim, config.rope_dim, config.value_dim},
      max_tokens_(max_tokens),
      stride_(Scratch(shape_, kv_row_width(config), max_tokens, nullptr).floats),
      scratch_(pool.threads() * stride_) {}

void DecompressedAttention::run(const AttentionWeights& weights, const float* queries,
                                const PassChunk& chunk, const TileCache& cache, float* out) {
  const size_t operations = config_.heads * chunk.total() * chunk.tokens * shape_.key_width() / 8;
  pool_.run(config_.heads, operations, [&](size_t first, size_t last, size_t thread) {
    const TileGuard guard(kernels_, true);
    const Scratch scratch(shape_, kv_row_width(config_), max_tokens_,
                          scratch_.data() + thread * stride_);
    for (size_t head = first; head < last && !pool_.interrupted(); ++head)
      attend_head(weights, queries, chunk, cache, head, scratch, out);
  });
}

void DecompressedAttention::pack_queries(const float* queries, const PassChunk& chunk, size_t head,
                                         const Scratch& scratch) {
  const size_t dim = config_.query_dim(), stride = config_.heads * dim, width = shape_.key_width();
  const float* rows = queries + chunk.first_row * stride + head * dim;
  std::fill_n(scratch.padded, kTileHeads * width, 0.0f);
  for (size_t tile = 0; tile < tile_count(chunk.tokens); ++tile) {
    const size_t first = tile * kTileHeads, n = std::min(kTileHeads, chunk.tokens - first);
    for (size_t i = 0; i < n; ++i)
      std::memcpy(scratch.padded + i * width, rows + (first + i) * stride, dim * sizeof(float));
    kernels_.bf16->pack(scratch.padded, width, nullptr, n, width, 0, 1,
                        scratch.queries + first * width);
  }
}

// The keys of a block serve all tokens before the next block is computed.
void DecompressedAttention::attend_head(const AttentionWeights& weights, const float* queries,
                                        const PassChunk& chunk, const TileCache& cache, size_t head,
                                        const Scratch& s, float* out) {
  const Matrix k_b = weights.k_b[head], v_b = weights.v_b[head];
  float* w_uv = s.unpacked + shape_.rank * shape_.nope;
  kernels_.dequantize_row(k_b.type)(k_b.data, s.unpacked, shape_.rank * shape_.nope);
  kernels_.dequantize_row(v_b.type)(v_b.data, w_uv, shape_.rank * shape_.value);
  decompress_.prepare(shape_, s.unpacked, w_uv, s.weights);
  pack_queries(queries, chunk, head, s);

  const size_t tiles = tile_count(chunk.tokens), total = chunk.total(),
               value_width = shape_.value_width();
  const auto state = [&](size_t tile) {
    const size_t lane = tile * kTileHeads;
    return TileAttentionState{s.state.maxima + lane, s.state.totals + lane,
                              s.state.sums + lane * value_width};
  };
  tiles_.reset(shape_.softmax(), tiles, s.state);
  for (size_t first = 0; first < total && !pool_.interrupted(); first += kAttentionBlock) {
    const size_t count = std::min(kAttentionBlock, total - first);
    decompress_.expand(shape_, cache, first, count, s.weights, s.keys, s.values, s.expand);
    for (size_t tile = 0; tile < tiles; ++tile) {
      decompress_.add(shape_, s.queries + tile * kTileHeads * shape_.key_width(),
                      chunk.position + tile * kTileHeads, s.keys, s.values, first, count,
                      state(tile), s.softmax);
    }
  }
  const size_t out_stride = config_.heads * shape_.value;
  float* to = out + chunk.first_row * out_stride + head * shape_.value;
  for (size_t t = 0; t < chunk.tokens; ++t, to += out_stride) {
    const float share = 1.0f / s.state.totals[t];
    for (size_t i = 0; i < shape_.value; ++i) to[i] = s.state.sums[t * value_width + i] * share;
  }
}

}  // namespace lacuna::cpu
