// What a CudaModel is asked to be.
#pragma once

#include <cstddef>

#include "cuda/layers/kv_pages.h"

namespace lacuna::cuda {

struct CudaOptions {
  size_t context_length;  // positions of one sequence, ≥ 1
  size_t max_chunk;       // tokens a pass may hold, ≥ 1
  size_t pages;           // of KV, ≥ 1
  KvFormat format;
};

}  // namespace lacuna::cuda
