#include "cpu/host_experts.h"

#include <algorithm>

namespace lacuna::cpu {

CpuExperts::CpuExperts(const ModelWeights& weights, const ModelConfig& config, Path path,
                       size_t threads, size_t max_chunk)
    : weights_(weights),
      config_(config),
      pool_(threads),
      experts_(pool_, kernels_for(path), config_, max_chunk) {}

bool CpuExperts::run(const ExpertChoices& choices, float* out, const std::atomic<bool>& interrupt) {
  pool_.watch(&interrupt);
  experts_.run_chosen(weights_.layers[choices.layer].moe, choices);
  if (pool_.stopped()) return false;
  std::fill_n(out, choices.tokens * config_.hidden, 0.0f);
  experts_.add_to(out);
  return !pool_.stopped();
}

}  // namespace lacuna::cpu
