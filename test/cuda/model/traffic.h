// What a decoded token must move at least.
#pragma once

#include <cstddef>

#include "cuda/layers/kv_pages.h"
#include "model/weights.h"

namespace lacuna::model_check {

struct LeastBytes {
  size_t weights;     // of all matrices and vectors that one token goes through, read
  size_t cache_read;  // KV of all positions up to its own
  size_t cache_written;
  size_t total() const { return weights + cache_read + cache_written; }
};

// For the token at `position`.
LeastBytes least_bytes(const ModelWeights& weights, const ModelConfig& config,
                       cuda::KvFormat format, size_t position);

}  // namespace lacuna::model_check
