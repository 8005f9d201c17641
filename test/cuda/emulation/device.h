// The emulated device as the driver's functions see it: one state for the process, as a driver has.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "cuda/driver/driver_api.h"
#include "executor.h"
#include "streams.h"

namespace lacuna::emulation {

struct Device {
  explicit Device(const Settings& chosen);
  ~Device();

  Settings settings;
  DeviceMemory memory;
  Executor executor;
  std::mt19937 random;
  std::map<std::byte*, size_t> pinned;
  std::set<Stream*> streams;
  uint64_t allocation_calls = 0, launches = 0, graph_launches = 0;

  // Once a launch has gone wrong every call answers with this, as on a real device.
  cuda::CUresult broken = cuda::CUDA_SUCCESS;
  std::string report;  // what went wrong first

  // Everything that is enqueued.
  void run_all();
  // The host's memory at `address` lies in one pinned buffer. Throws Fault.
  void check_pinned(const void* address, size_t bytes, const char* what) const;
  void launch(const Launch& launch);
  // Throws Fault for a handle that is no stream. The null stream joins all others without saying
  // so, and is refused, too: nobody should use it by accident.
  Stream& stream(cuda::CUstream handle) const;
  // Waiting and allocating are not allowed while any stream is recorded.
  bool recording() const;
};

// Made at the first call, from LACUNA_EMULATED_CUDA, or by lacunaEmulationConfigure.
Device& device();
void replace_device(const Settings& settings);

// One call of the driver at a time, and none after the device broke: runs `call`, which returns a
// CUresult or throws, and turns what is thrown into a broken device with a report.
template <class Call>
cuda::CUresult guarded(Call call);

// The same for what belongs to a context: refused on a thread that has not chosen one.
template <class Call>
cuda::CUresult in_context(Call call);

bool thread_has_context();
std::recursive_mutex& driver_mutex();
cuda::CUresult break_device(const char* what);

template <class Call>
cuda::CUresult guarded(Call call) {
  const std::lock_guard lock(driver_mutex());
  try {
    if (device().broken != cuda::CUDA_SUCCESS) return device().broken;
    return call(device());
  } catch (const std::exception& e) {
    return break_device(e.what());
  }
}

template <class Call>
cuda::CUresult in_context(Call call) {
  return guarded(
      [&](Device& d) { return thread_has_context() ? call(d) : cuda::CUDA_ERROR_INVALID_CONTEXT; });
}

}  // namespace lacuna::emulation
