// From a file on disk to a running engine.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "cpu/kernels.h"
#include "runtime/engine.h"

namespace lacuna {

enum class Device { kCpu, kCuda };

// KV as the cache holds it: `kAuto` is what suits the device and the size of the model.
enum class CacheForm { kAuto, kInt8, kFloat16, kFloat32 };

struct LoadOptions {
  Device device = Device::kCpu;
  size_t context_length = 0;  // 0: what the model was trained for, at most kDefaultContext
  size_t threads = 0;         // 0: one per physical core
  size_t chunk = 1024;        // tokens per prefill pass
  size_t kv_bytes = 0;        // of KV pages; 0: enough for two full contexts
  // On the CPU kInt8: half the memory of bfloat16, slightly rounded; on a GPU halves or floats.
  // What a device has not is taken as kAuto.
  CacheForm cache = CacheForm::kAuto;
  std::optional<cpu::Path> path;  // by default chosen by `path_for`
};

// Keeps the default cache of a 16B model at a few hundred megabytes.
inline constexpr size_t kDefaultContext = 4096;

// What a KV cache must have at least: so many pages let a few short requests share it.
inline constexpr size_t kFewestPages = 4, kFewestDefaultPages = 16;

// Weights up to this size stay in a processor's caches: decoding them is not bound by memory, and
// rounding activations gains nothing.
inline constexpr size_t kCachedWeights = size_t{128} << 20;

// The path for a model of `weight_bytes`: small ones in float32, where an answer does not depend on
// how its prompt was cut into passes; large ones by the fastest.
cpu::Path path_for(size_t weight_bytes);

struct LoadedEngine {
  std::unique_ptr<Engine> engine;
  cpu::Path path;  // of what the CPU computes
  size_t threads;
  Device device;
  std::string gpu;  // its name; empty on the CPU
};

// What of a model would go where on the GPU, and how much is free there.
struct CudaPlan {
  size_t free_bytes, needed_bytes;  // with all that goes there
  size_t weight_bytes, kv_bytes, scratch_bytes, expert_bytes;
  uint32_t expert_slots, experts;  // routed experts of a layer: on the GPU, and in all
  bool fits;                       // at least with all routed experts on the CPU
};

// Opens the driver and the file. Throws Error as load_engine does, but not where it does not fit.
CudaPlan plan_cuda(const std::string& path, const LoadOptions& options);

// Maps the file, binds its tensors, allocates cache and scratch, and reads the weights once so that
// the first request does not wait for the disk; `progress` hears 0 … 1. A KV cache too small for
// the context shortens it. Throws Error: kOutOfMemory with the bytes that were asked for; for a GPU
// also what opening it throws.
LoadedEngine load_engine(const std::string& path, const LoadOptions& options,
                         const std::function<void(double)>& progress);

}  // namespace lacuna
