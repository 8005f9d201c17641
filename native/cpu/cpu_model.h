// The forward pass on the CPU. All memory is allocated in the constructor; a pass allocates
// nothing.
#pragma once

#include <memory>
#include <optional>

#include "cpu/attention.h"
#include "cpu/buffer.h"
#include "cpu/experts.h"
#include "cpu/kernels.h"
#include "cpu/latent_attention.h"
#include "cpu/linear.h"
#include "cpu/thread_pool.h"
#include "model/device_model.h"
#include "model/weights.h"

namespace lacuna::cpu {

struct CpuOptions {
  Path path;
  size_t threads;                          // ≥ 1
  size_t context_length;                   // positions of KV cache, ≥ 1
  size_t max_chunk;                        // tokens a pass may hold, ≥ 1
  std::optional<AttentionForm> attention;  // forced; by default the cheaper form
};

class CpuModel final : public DeviceModel {
 public:
  // Throws Error kUnsupported where the path is not available, std::bad_alloc where memory is
  // short.
  CpuModel(std::unique_ptr<const ModelWeights> weights, const ModelConfig& config,
           const CpuOptions& options);

  const ModelConfig& config() const override { return config_; }
  size_t context_length() const override { return options_.context_length; }
  size_t max_chunk() const override { return options_.max_chunk; }
  DeviceMemory memory() const override;

  void begin(std::span<const int32_t> tokens, size_t position) override;
  void run_layer(size_t layer) override;
  void logits(size_t first_row, size_t count, float* out) override;

 private:
  void norm(const float* x, const float* weight, size_t rows, size_t width, float* out);
  void rotate(float* x, size_t token) const;
  void add_to_residual(const float* y);
  void attention(const AttentionWeights& w, size_t layer);
  void attend(const AttentionWeights& w, const float* cache);
  size_t cache_row_bytes() const;
  void queries(const AttentionWeights& w);
  void append_to_cache(const AttentionWeights& w, std::byte* cache);
  void feed_forward(const FeedForwardWeights& w);

  const ModelConfig config_;
  const CpuOptions options_;
  const Kernels& kernels_;
  const std::unique_ptr<const ModelWeights> weights_;
  const std::vector<double> frequencies_;  // [rope_dim / 2] radians per position
  const float scale_;                      // of attention scores
  ThreadPool pool_;
  Linear linear_;
  std::optional<Experts> experts_;
  std::optional<LatentAttention> tile_attention_;  // then the cache is bfloat16, otherwise float32

  // The current pass.
  size_t tokens_ = 0;
  size_t position_ = 0;

  Buffer
      cache_;  // [layers, context_length, cache row]: bfloat16 [row_width] or float32 [cache_dim]
  Buffer cache_row_;  // [row_width] one row before it is rounded, the padding zero
  Buffer x_;          // [max_chunk, hidden] residual stream
  Buffer normed_;     // [max_chunk, hidden]
  Buffer q_latent_;   // [max_chunk, q_lora_rank]
  Buffer q_;          // [max_chunk, heads * query_dim]
  Buffer kv_;         // [max_chunk, cache_dim]
  Buffer attended_;   // [max_chunk, heads * value_dim]
  Buffer projected_;  // [max_chunk, hidden]
  Buffer gate_, up_;  // [max_chunk, max(dense_ff, shared_ff)]
  Buffer cosines_;    // [max_chunk, rope_dim / 2]
  Buffer sines_;      // [max_chunk, rope_dim / 2]
  size_t row_scratch_stride_;
  Buffer row_scratch_;  // [threads, kRowBlock * widest matrix]
  size_t attention_scratch_stride_;
  Buffer attention_scratch_;  // [threads, attention_scratch]
};

}  // namespace lacuna::cpu
