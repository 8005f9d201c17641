// The forward pass on the CPU. All memory is allocated in the constructor and by make_pass.
#pragma once

#include <memory>
#include <optional>

#include "cpu/cpu_pass.h"
#include "cpu/decoder_layer.h"
#include "cpu/kernels.h"
#include "cpu/kv_pool.h"
#include "cpu/mtp_module.h"
#include "cpu/thread_pool.h"
#include "model/device_model.h"
#include "model/weights.h"

namespace lacuna::cpu {

struct CpuOptions {
  Path path;
  size_t threads;                          // ≥ 1
  size_t context_length;                   // positions of one sequence, ≥ 1
  size_t max_chunk;                        // tokens a pass may hold, ≥ 1
  size_t pages;                            // of KV, ≥ 1
  bool int8_cache;                         // otherwise bfloat16 on tiles, float32 elsewhere
  std::optional<AttentionForm> attention;  // forced; by default the cheaper form
};

class CpuModel final : public DeviceModel {
 public:
  // Throws Error kUnsupported where the path is not available, std::bad_alloc where memory is
  // short.
  CpuModel(std::unique_ptr<const ModelWeights> weights, const ModelConfig& config,
           const CpuOptions& options);

  // Of the KV cache of such a model; `options.pages` does not matter.
  static size_t bytes_per_page(const ModelConfig& config, const CpuOptions& options);

  const ModelConfig& config() const override { return config_; }
  size_t context_length() const override { return options_.context_length; }
  size_t max_chunk() const override { return options_.max_chunk; }
  size_t pages() const override { return kv_pool_.pages(); }
  size_t page_bytes() const override { return kv_pool_.page_bytes(); }
  DeviceMemory memory() const override;

  std::unique_ptr<Pass> make_pass() override;
  void begin(Pass& pass, std::span<const SequenceChunk> chunks, PassKind kind,
             std::span<const size_t> wanted) override;
  bool run_layer(Pass& pass, size_t layer, const std::atomic<bool>& interrupt) override;
  bool logits(Pass& pass, float* out, const std::atomic<bool>& interrupt) override;
  MtpModule* mtp_drafts() override { return mtp_ ? &*mtp_ : nullptr; }

  void copy_page(PageId from, PageId to, size_t tokens) override {
    kv_pool_.copy(from, to, tokens);
  }
  void read_page(PageId page, size_t tokens, std::span<std::byte> out) const override {
    kv_pool_.read(page, tokens, out);
  }
  void write_page(PageId page, size_t tokens, std::span<const std::byte> in) override {
    kv_pool_.write(page, tokens, in);
  }

 private:
  const ModelConfig config_;
  const CpuOptions options_;
  const Kernels& kernels_;
  const std::unique_ptr<const ModelWeights> weights_;
  const std::vector<double> frequencies_;  // [rope_dim / 2] radians per position
  ThreadPool pool_;
  DecoderLayer layer_;
  std::optional<MtpModule> mtp_;  // where the model has one
  KvPool kv_pool_;                // the model's layers, then the module's rows
};

}  // namespace lacuna::cpu
