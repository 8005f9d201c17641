// The forward pass on a GPU. All memory is allocated when it is made and by make_pass. Logits are
// kept there, a pass's own until it begins anew.
//
// All work is in one stream. A decoding pass is one graph, launched as a whole by its first layer;
// a prompt's layers are enqueued one by one, two at most ahead of what the device has done, so that
// an interrupt takes effect within milliseconds. Where some experts are the host's, passes stop at
// each layer for them.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "cuda/driver/context.h"
#include "cuda/memory_plan.h"
#include "cuda/scratch.h"
#include "cuda/weights/device_weights.h"
#include "cuda/weights/expert_slots.h"
#include "embedding.h"
#include "model/device_model.h"
#include "model/host_experts.h"

namespace lacuna::cuda {

class CudaModel final : public DeviceModel, private KeptLogits {
 public:
  // What it is made of. `host_experts` computes what has no slot in the plan, and may be null where
  // all have.
  struct Parts {
    std::shared_ptr<const Driver> driver;
    DeviceInfo device;
    std::unique_ptr<const ModelWeights> weights;
    std::unique_ptr<HostExperts> host_experts;
  };

  // Uploads the weights; `progress` hears 0 … 1. Throws Error kUnsupported for shapes that the
  // kernels do not take, kOutOfMemory, kDeviceLost.
  CudaModel(Parts parts, const ModelConfig& config, const CudaOptions& options,
            const MemoryPlan& plan, const std::function<void(double)>& progress);
  ~CudaModel() override;

  const ModelConfig& config() const override { return config_; }
  size_t context_length() const override { return options_.context_length; }
  size_t max_chunk() const override { return options_.max_chunk; }
  size_t pages() const override { return options_.pages; }
  size_t page_bytes() const override { return kv_.page_bytes(); }
  DeviceMemory memory() const override;

  std::unique_ptr<Pass> make_pass() override;
  void begin(Pass& pass, std::span<const SequenceChunk> chunks, PassKind kind,
             std::span<const size_t> wanted) override;
  bool run_layer(Pass& pass, size_t layer, const std::atomic<bool>& interrupt) override;
  bool logits(Pass& pass, float* out, const std::atomic<bool>& interrupt) override;
  KeptLogits* kept_logits() override { return this; }

  void copy_page(PageId from, PageId to, size_t tokens) override;
  void read_page(PageId page, size_t tokens, std::span<std::byte> out) const override;
  void write_page(PageId page, size_t tokens, std::span<const std::byte> in) override;

  const MemoryPlan& plan() const { return plan_; }

 private:
  bool candidates(Pass& pass, std::span<LogitCandidates> out,
                  const std::atomic<bool>& interrupt) override;
  void logits_row(Pass& pass, size_t i, float* out) override;

  bool is_hybrid() const { return plan_.expert_slots < plan_.experts; }
  void launch_graph(CudaPass& pass);
  void enqueue_head(CudaPass& pass);
  void bring_logits(CudaPass& pass, size_t first, size_t count, float* out);
  void enqueue_embedding(const CudaPass& pass) const;
  void enqueue_layer(CudaPass& pass, size_t layer);
  void enqueue_experts(CudaPass& pass, size_t layer, const Rows& normed, ProductShape shape);
  void hand_to_host(CudaPass& pass, size_t layer);
  bool run_on_host(CudaPass& pass, size_t layer, const std::atomic<bool>& interrupt);

  const ModelConfig config_;
  const CudaOptions options_;
  const MemoryPlan plan_;
  const std::vector<double> frequencies_;  // [rope_dim / 2] radians per position
  const std::unique_ptr<const ModelWeights> host_weights_;
  const std::unique_ptr<HostExperts> host_experts_;
  const Context context_;
  const Stream stream_;
  const KernelLibrary library_;
  const Kernel<kernels::EmbeddingParams> embedding_;
  const Products products_;
  const Norms norms_;
  const Gate gate_;
  const DeviceWeights weights_;
  const HeadLists head_lists_;
  std::optional<ExpertSlots> slots_;  // where the host computes some experts
  Scratch scratch_;
  const Attention attention_;
  const FeedForward feed_forward_;
  std::optional<const Mixture> mixture_;
  const Head head_;
  const PinnedBuffer host_logits_;  // [kMostDecodeRows, vocabulary]
  const KvPages kv_;
  size_t passes_ = 0;  // begun since experts were moved
};

}  // namespace lacuna::cuda
