// All memory that passes work in, taken once when a model is loaded.
#pragma once

#include "cuda/cuda_options.h"
#include "cuda/layers/attention.h"
#include "cuda/layers/feed_forward.h"
#include "cuda/layers/head.h"
#include "cuda/layers/mixture.h"

namespace lacuna::cuda {

// What one step of a layer leaves for the next; passes share it, since their work is in one stream.
struct Scratch {
  Scratch(Arena& arena, const ModelConfig& config, const ModelForms& forms,
          const CudaOptions& options);

  Activations normed;      // [max_chunk, hidden]
  DeviceBuffer projected;  // [max_chunk, hidden]: what attention adds
  DeviceBuffer from_host;  // [max_chunk, hidden]: what experts on the host add
  AttentionScratch attention;
  FeedForwardScratch feed_forward;
  MixtureScratch mixture;  // empty in a dense model
  HeadScratch head;
};

// Passes that may be under way at once: one of each lane, and one whose logits are looked at.
inline constexpr size_t kPasses = 5;

// Of the scratch and of that many passes.
size_t scratch_bytes(const ModelConfig& config, const ModelForms& forms,
                     const CudaOptions& options);

// Pages that one sequence can have.
size_t table_pages(const CudaOptions& options);

}  // namespace lacuna::cuda
