// What of a model goes where, before anything is allocated.
#pragma once

#include <cstddef>
#include <cstdint>

#include "cuda/cuda_options.h"
#include "cuda/driver/context.h"
#include "model/weights.h"

namespace lacuna::cuda {

struct MemoryPlan {
  size_t free;          // bytes of the device, before
  size_t usable;        // … without what is left to the driver and to graphs
  size_t weight_bytes;  // without routed experts
  size_t expert_bytes;  // one of each layer
  size_t kv_bytes;
  size_t scratch_bytes;   // what passes and kernels work in
  uint32_t experts;       // of a layer; 0 in a dense model
  uint32_t expert_slots;  // of them on the device; the host computes the others

  bool fits() const { return least_bytes() <= usable; }
  size_t least_bytes() const { return weight_bytes + kv_bytes + scratch_bytes; }
  size_t bytes() const { return least_bytes() + expert_slots * expert_bytes; }
};

// As many experts of each layer as there is room for go to the device.
MemoryPlan plan_memory(const ModelWeights& weights, const ModelConfig& config,
                       const CudaOptions& options, const Context::Memory& memory);

// Throws Error kOutOfMemory that says how many bytes are needed and free, where the plan does not
// fit.
void check_fits(const MemoryPlan& plan, const DeviceInfo& device);

}  // namespace lacuna::cuda
