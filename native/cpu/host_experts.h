// Routed experts on the CPU for a model whose other parts are on a GPU.
#pragma once

#include "cpu/experts.h"
#include "model/host_experts.h"

namespace lacuna::cpu {

class CpuExperts final : public HostExperts {
 public:
  // `weights` must outlive it. Throws Error kUnsupported where the path is not available.
  CpuExperts(const ModelWeights& weights, const ModelConfig& config, Path path, size_t threads,
             size_t max_chunk);

  bool run(const ExpertChoices& choices, float* out, const std::atomic<bool>& interrupt) override;

 private:
  const ModelWeights& weights_;
  const ModelConfig config_;
  ThreadPool pool_;
  Experts experts_;
};

}  // namespace lacuna::cpu
