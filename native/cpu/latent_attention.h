// One layer's attention on the tile unit: queries into the latent space, softmax over the bfloat16
// cache, values out of it; for long chunks in the decompressed form instead. The float32
// counterpart is cpu/attention.h.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "cpu/attention.h"
#include "cpu/buffer.h"
#include "cpu/cpu_pass.h"
#include "cpu/decompressed_attention.h"
#include "cpu/kernels.h"
#include "cpu/kv_pool.h"
#include "cpu/kv_rows.h"
#include "cpu/linear.h"
#include "cpu/thread_pool.h"
#include "cpu/tile_attention.h"
#include "model/weights.h"

namespace lacuna::cpu {

class LatentAttention {
 public:
  // Whether this path and these dimensions can use it.
  static bool fits(const Kernels& kernels, const ModelConfig& config);

  // From this many new tokens of a sequence on a prefill goes decompressed (measured on Lite's
  // dimensions, at depths 512 to 8,192; see docs/performance.md).
  static constexpr size_t kDecompressTokens = 160;

  // A cache in `form`, kBf16 or kInt8. Passes of up to `max_tokens` tokens whose sequences have up
  // to `context` positions; all references must outlive this.
  LatentAttention(ThreadPool& pool, const Kernels& kernels, const ModelConfig& config, KvForm form,
                  size_t max_tokens, size_t context);

  // One row [kv_row_width], the padding zero, as it stands in the cache.
  void store_row(const float* row, std::byte* out) const;

  // queries [tokens, heads * query_dim], [nope | rope] per head, rotated and scaled; cache rows,
  // new tokens included; out [tokens, heads * value_dim]. What a row of a kDecode pass (≤
  // kMostDecodeRows rows) gets does not depend on the others.
  void run(const AttentionWeights& weights, const float* queries, std::span<const PassChunk> chunks,
           PassKind kind, const LayerPages& cache, float* out,
           std::optional<AttentionForm> forced = {});

  size_t bytes() const;

 private:
  // One chunk's share of the split attention: part_count × head groups states of its tokens.
  struct Split {
    const PassChunk* chunk;
    size_t first_unit;   // of all chunks' parts
    size_t first_state;  // in tokens
    size_t parts;
  };

  // out[t * out_stride + r] = w[r] · x[t * x_stride …].
  void project(const Matrix& w, const float* x, size_t x_stride, size_t tokens, PassKind kind,
               float* out, size_t out_stride, size_t thread);

  void to_latent(const AttentionWeights& weights, const float* queries, size_t tokens,
                 PassKind kind);
  void pack_queries(size_t tokens);
  void attend_split(std::span<const PassChunk> chunks, size_t tokens, const LayerPages& cache);
  void attend_grouped(const PassChunk& chunk, size_t tokens, const LayerPages& cache);
  void from_latent(const AttentionWeights& weights, size_t tokens, PassKind kind, float* out);
  const uint16_t* packed(size_t group, size_t row, size_t tokens) const;
  float* latent(size_t row, size_t group);
  TileCache tile_cache(const LayerPages& cache, const PassChunk& chunk) const;
  TileAttentionState state(size_t token) const;
  size_t attention_operations(size_t tokens, size_t total) const;
  size_t head_groups() const { return (config_.heads + kTileHeads - 1) / kTileHeads; }

  ThreadPool& pool_;
  const Kernels& kernels_;
  const TileAttentionKernels& tiles_;
  const ModelConfig& config_;
  const KvForm form_;
  const Int8KvRow row_;
  const TileAttentionShape shape_;

  Buffer queries_;  // [max_tokens, heads, row_width]: latent queries, the padding zero
  Buffer packed_;   // [head groups, tokens, 16 * row_width] bfloat16 tiles
  Buffer latents_;  // [max_tokens, head groups * 16, rank]: softmax(scores) · c
  Buffer state_;    // maxima, totals and sums of `states_` tokens
  size_t states_;
  std::vector<Split> splits_;
  size_t scratch_stride_;
  Buffer scratch_;  // [threads, scratch_stride_]: attention block, or packed activations and
                    // unpacked weights
  size_t int8_rows_;
  DecompressedAttention decompressed_;
  Int8Buffer int8_;  // [threads * int8_rows_, max(rank, nope)]
};

}  // namespace lacuna::cpu
