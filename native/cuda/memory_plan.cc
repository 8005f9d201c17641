#include "cuda/memory_plan.h"

#include <algorithm>
#include <string>

#include "cuda/scratch.h"
#include "cuda/weights/device_weights.h"
#include "format/error.h"

namespace lacuna::cuda {
namespace {

// A share of the device's memory that the driver may want for kernels, graphs and other programs.
constexpr size_t kReservedShare = 64;

std::string mebibytes(size_t bytes) {
  return std::to_string((bytes + (1u << 20) - 1) >> 20) + " MiB";
}

}  // namespace

MemoryPlan plan_memory(const ModelWeights& weights, const ModelConfig& config,
                       const CudaOptions& options, const Context::Memory& memory) {
  const WeightBytes bytes = device_weight_bytes(weights, config);
  MemoryPlan plan{};
  plan.free = memory.free;
  plan.usable = memory.free - std::min(memory.free, memory.total / kReservedShare);
  plan.weight_bytes = bytes.always;
  plan.expert_bytes = bytes.expert;
  plan.kv_bytes = options.pages * kv_page_bytes(config, options.format);
  plan.scratch_bytes = scratch_bytes(config, forms_of(weights), options);
  plan.experts = config.routing.experts;
  if (plan.experts > 0 && plan.fits()) {
    const size_t room = (plan.usable - plan.least_bytes()) / plan.expert_bytes;
    plan.expert_slots = static_cast<uint32_t>(std::min<size_t>(room, plan.experts));
  }
  return plan;
}

void check_fits(const MemoryPlan& plan, const DeviceInfo& device) {
  if (plan.fits()) return;
  throw Error(
      ErrorCode::kOutOfMemory,
      "the model needs " + mebibytes(plan.least_bytes()) + " on " + device.name +
          " even with all routed experts on the CPU (weights " + mebibytes(plan.weight_bytes) +
          ", KV cache " + mebibytes(plan.kv_bytes) + ", scratch " + mebibytes(plan.scratch_bytes) +
          "), and " + mebibytes(plan.usable) + " are free",
      "Close other programs that use the GPU, choose a shorter context or a smaller prefill "
      "chunk, or use the CPU.");
}

}  // namespace lacuna::cuda
