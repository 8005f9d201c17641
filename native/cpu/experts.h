// The mixture of experts of one layer: route, sort tokens by expert, run each expert once over its
// tokens, combine.
#pragma once

#include <cstdint>
#include <vector>

#include "cpu/buffer.h"
#include "cpu/kernels.h"
#include "cpu/thread_pool.h"
#include "model/weights.h"

namespace lacuna::cpu {

class Experts {
 public:
  // Allocates everything for passes of up to `max_tokens` tokens. `config` has experts.
  Experts(const ModelConfig& config, size_t max_tokens);

  // x [tokens, hidden] += Σ weight * expert(normed). Contributions are added in ascending order of
  // the expert, so a token's sum does not depend on its batch. `scratch` as for `linear`.
  void run(ThreadPool& pool, const Kernels& kernels, const ExpertWeights& weights,
           const float* normed, size_t tokens, float* x, float* scratch, size_t scratch_stride);

  size_t bytes() const;

 private:
  // A visited expert and its rows in the sorted buffers.
  struct Visit {
    uint32_t expert;
    uint32_t first;
    uint32_t count;
  };

  void choose(const Kernels& kernels, const ExpertWeights& weights, const float* normed,
              size_t tokens, float* scratch);
  void sort_by_expert(size_t tokens);

  const ModelConfig& config_;
  Buffer router_logits_;               // [max_tokens, experts]
  Buffer choice_;                      // [experts + groups]
  std::vector<uint32_t> chosen_;       // [max_tokens, experts_used]
  std::vector<float> chosen_weights_;  // [max_tokens, experts_used]
  std::vector<uint32_t>
      row_of_;  // [max_tokens, experts_used]: row of a choice in the sorted buffers
  std::vector<uint32_t> next_row_;  // [experts]
  std::vector<Visit> visits_;       // ≤ experts
  Buffer sorted_;                   // [max_tokens * experts_used, hidden]
  Buffer gate_;                     // [max_tokens * experts_used, expert_ff]
  Buffer up_;                       // [max_tokens * experts_used, expert_ff]
  Buffer down_;                     // [max_tokens * experts_used, hidden]
};

}  // namespace lacuna::cpu
