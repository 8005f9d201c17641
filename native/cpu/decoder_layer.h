// One decoder layer: attention over the cache, then a dense network or experts, each added to the
// residual stream. Holds what the steps of a layer leave for each other; which weights and which
// layer's cache it works with is said at each call, so all layers of a model share one of these.
#pragma once

#include <optional>
#include <span>

#include "cpu/attention.h"
#include "cpu/buffer.h"
#include "cpu/cpu_pass.h"
#include "cpu/experts.h"
#include "cpu/kernels.h"
#include "cpu/kv_pool.h"
#include "cpu/latent_attention.h"
#include "cpu/linear.h"
#include "cpu/thread_pool.h"
#include "model/weights.h"

namespace lacuna::cpu {

struct DecoderLayerOptions {
  size_t max_tokens;      // of a pass, ≥ 1
  size_t context_length;  // positions of one sequence, ≥ 1
  KvForm kv_form;
  bool on_tiles;  // attention; LatentAttention fits, kv_form is not float32
  std::optional<AttentionForm> attention;  // forced; by default the cheaper form
  size_t first_key = 0;                    // of every sequence; see AttentionInput. Not on tiles
};

class DecoderLayer {
 public:
  // All memory is allocated here. What is referred to must outlive it.
  DecoderLayer(ThreadPool& pool, const Kernels& kernels, const ModelConfig& config,
               const DecoderLayerOptions& options);

  // Takes pass.x through the layer, and writes its tokens' rows of the cache. False when the pool
  // was stopped on the way: call again to go on.
  bool run(CpuPass& pass, const LayerWeights& weights, const LayerPages& cache);

  // Only the rows of the cache, in float32 whatever the form of the others: of the tokens of `pass`
  // with x [tokens, hidden] in the place of its residual stream.
  void write_keys(const CpuPass& pass, const float* x, const AttentionWeights& weights,
                  const LayerPages& cache);

  // out [rows, w.rows] = w · norm(x[row]), of `rows` (≤ max_tokens) of x [·, hidden].
  void project(const float* x, std::span<const size_t> rows, const float* norm_weight,
               const Matrix& w, PassKind kind, float* out);

  // out [rows, w.rows] = w · x, for x [rows, w.columns] with up to twice `hidden` columns.
  void multiply(const Matrix& w, const float* x, size_t rows, PassKind kind, float* out);

  size_t bytes() const;

 private:
  void norm(const float* x, const float* weight, size_t rows, size_t width, float* out);
  void rotate(const CpuPass& pass, float* x, size_t token) const;
  void add_to_residual(CpuPass& pass, const float* y);
  void attention(CpuPass& pass, const AttentionWeights& w, const LayerPages& cache);
  void attend(const AttentionWeights& w, const PassChunk& chunk, const LayerPages& cache);
  void queries(const CpuPass& pass, const AttentionWeights& w);
  void compress(const CpuPass& pass, const float* x, const AttentionWeights& w);
  void append_to_cache(const CpuPass& pass, const AttentionWeights& w, const LayerPages& cache,
                       KvForm form);
  void feed_forward(CpuPass& pass, const FeedForwardWeights& w);

  ThreadPool& pool_;
  const Kernels& kernels_;
  const ModelConfig& config_;
  const DecoderLayerOptions options_;
  const float scale_;  // of attention scores
  Linear linear_;
  std::optional<Experts> experts_;
  std::optional<LatentAttention> tile_attention_;

  // What one part of a layer leaves for the next step of the same part.
  Buffer normed_;      // [max_tokens, hidden]
  Buffer q_latent_;    // [max_tokens, q_lora_rank]
  Buffer q_;           // [max_tokens, heads * query_dim]
  Buffer kv_;          // [max_tokens, cache_dim]
  Buffer attended_;    // [max_tokens, heads * value_dim]
  Buffer projected_;   // [max_tokens, hidden]
  Buffer gate_, up_;   // [max_tokens, max(dense_ff, shared_ff)]
  Buffer cache_rows_;  // [max_tokens, row_width] before they are rounded, the padding zero
  size_t attention_scratch_stride_ = 0;
  Buffer attention_scratch_;  // [threads, attention_scratch]
};

}  // namespace lacuna::cpu
