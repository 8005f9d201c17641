// What a CudaModel is asked to be.
#pragma once

#include <algorithm>
#include <cstddef>

#include "cuda/layers/kv_pages.h"
#include "expert_order.h"

namespace lacuna::cuda {

struct CudaOptions {
  size_t context_length;  // positions of one sequence, ≥ 1
  size_t max_chunk;       // tokens a pass may hold, ≥ 1
  size_t pages;           // of KV, ≥ 1
  KvFormat format;
};

// Most tokens of a pass whose choices of experts can be sorted at once.
inline size_t most_chunk(const ModelConfig& config) {
  return kernels::kSortMostEntries / std::max(config.routing.experts_used, 1u);
}

}  // namespace lacuna::cuda
