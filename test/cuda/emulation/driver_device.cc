// The driver's functions about the device and its memory, and the emulation's own.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>

#include "device.h"
#include "fault.h"

using namespace lacuna::cuda;
using namespace lacuna::emulation;

#define LACUNA_EXPORT extern "C" __attribute__((visibility("default")))

// Begins anew with these settings (settings.h); everything of before is gone. 0, or 1 where the
// text is wrong.
LACUNA_EXPORT int lacunaEmulationConfigure(const char* settings) {
  const std::lock_guard lock(driver_mutex());
  try {
    replace_device(parse_settings(settings));
    return 0;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
  }
}

// What went wrong first since then, or "". Valid until the next call.
LACUNA_EXPORT const char* lacunaEmulationReport() {
  const std::lock_guard lock(driver_mutex());
  return device().report.c_str();
}

// What each kernel did since the last call, as JSON. Valid until the next call.
LACUNA_EXPORT const char* lacunaEmulationCounters() {
  const std::lock_guard lock(driver_mutex());
  static std::string json;
  json = to_json(device().executor.counters());
  device().executor.counters().clear();
  return json.c_str();
}

// Graphs that were launched since the last call.
LACUNA_EXPORT size_t lacunaEmulationGraphLaunches() {
  const std::lock_guard lock(driver_mutex());
  return std::exchange(device().graph_launches, 0);
}

// Allocations that live, pinned ones included.
LACUNA_EXPORT size_t lacunaEmulationAllocations() {
  const std::lock_guard lock(driver_mutex());
  return device().memory.allocations() + device().pinned.size();
}

LACUNA_EXPORT CUresult cuInit(unsigned) {
  const std::lock_guard lock(driver_mutex());
  try {
    return device().settings.devices == 0 ? CUDA_ERROR_NO_DEVICE : CUDA_SUCCESS;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return CUDA_ERROR_INVALID_VALUE;
  }
}

LACUNA_EXPORT CUresult cuDriverGetVersion(int* version) {
  const std::lock_guard lock(driver_mutex());
  *version = device().settings.driver;
  return CUDA_SUCCESS;
}

LACUNA_EXPORT CUresult cuGetErrorName(CUresult result, const char** name) {
  switch (result) {
    case CUDA_ERROR_OUT_OF_MEMORY:
      *name = "CUDA_ERROR_OUT_OF_MEMORY";
      return CUDA_SUCCESS;
    case CUDA_ERROR_ILLEGAL_ADDRESS:
      *name = "CUDA_ERROR_ILLEGAL_ADDRESS";
      return CUDA_SUCCESS;
    case CUDA_ERROR_INVALID_VALUE:
      *name = "CUDA_ERROR_INVALID_VALUE";
      return CUDA_SUCCESS;
    default:
      return CUDA_ERROR_INVALID_VALUE;
  }
}

LACUNA_EXPORT CUresult cuGetErrorString(CUresult result, const char** text) {
  const std::lock_guard lock(driver_mutex());
  *text = result == device().broken ? device().report.c_str() : "";
  return CUDA_SUCCESS;
}

LACUNA_EXPORT CUresult cuDeviceGetCount(int* count) {
  return guarded([&](Device& d) {
    *count = d.settings.devices;
    return CUDA_SUCCESS;
  });
}

LACUNA_EXPORT CUresult cuDeviceGet(CUdevice* handle, int ordinal) {
  return guarded([&](Device& d) {
    *handle = ordinal;
    return ordinal < d.settings.devices ? CUDA_SUCCESS : CUDA_ERROR_INVALID_DEVICE;
  });
}

LACUNA_EXPORT CUresult cuDeviceGetName(char* name, int room, CUdevice) {
  std::snprintf(name, static_cast<size_t>(room), "Emulated device");
  return CUDA_SUCCESS;
}

LACUNA_EXPORT CUresult cuDeviceGetAttribute(int* value, CUdevice_attribute which, CUdevice) {
  return guarded([&](Device& d) {
    switch (which) {
      case CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT:
        *value = 4;
        return CUDA_SUCCESS;
      case CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE:
        *value = 1 << 20;
        return CUDA_SUCCESS;
      case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR:
        *value = d.settings.capability / 10;
        return CUDA_SUCCESS;
      case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR:
        *value = d.settings.capability % 10;
        return CUDA_SUCCESS;
      case CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN:
        *value = 99 * 1024;  // the least of all that the kernels run on
        return CUDA_SUCCESS;
      case CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_MULTIPROCESSOR:
        *value = 100 * 1024;
        return CUDA_SUCCESS;
    }
    return CUDA_ERROR_INVALID_VALUE;
  });
}

LACUNA_EXPORT CUresult cuDeviceTotalMem_v2(size_t* bytes, CUdevice) {
  return guarded([&](Device& d) {
    *bytes = d.memory.limit();
    return CUDA_SUCCESS;
  });
}

LACUNA_EXPORT CUresult cuDevicePrimaryCtxRetain(CUcontext* context, CUdevice) {
  return guarded([&](Device& d) {
    *context = reinterpret_cast<CUcontext>(&d);
    return CUDA_SUCCESS;
  });
}

LACUNA_EXPORT CUresult cuDevicePrimaryCtxRelease_v2(CUdevice) {
  return CUDA_SUCCESS;
}

namespace {
// Which threads have chosen the device. In the thread's own block from the beginning: what the
// dynamic linker would allocate later, ThreadSanitizer takes for petabytes.
[[gnu::tls_model("initial-exec")]] thread_local CUcontext chosen = nullptr;
}  // namespace

bool lacuna::emulation::thread_has_context() {
  return chosen != nullptr;
}

LACUNA_EXPORT CUresult cuCtxSetCurrent(CUcontext context) {
  chosen = context;
  return CUDA_SUCCESS;
}

LACUNA_EXPORT CUresult cuCtxSynchronize() {
  return in_context([&](Device& d) {
    d.run_all();
    return CUDA_SUCCESS;
  });
}

LACUNA_EXPORT CUresult cuMemGetInfo_v2(size_t* free, size_t* total) {
  return in_context([&](Device& d) {
    *total = d.memory.limit();
    *free = *total - d.memory.used();
    return CUDA_SUCCESS;
  });
}

LACUNA_EXPORT CUresult cuMemAlloc_v2(CUdeviceptr* address, size_t bytes) {
  return in_context([&](Device& d) {
    if (d.recording()) return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
    if (bytes == 0) return CUDA_ERROR_INVALID_VALUE;
    d.allocation_calls += 1;
    const bool fails = d.allocation_calls == d.settings.fail_allocation;
    *address = fails ? 0 : d.memory.allocate(bytes);
    return *address == 0 ? CUDA_ERROR_OUT_OF_MEMORY : CUDA_SUCCESS;
  });
}

LACUNA_EXPORT CUresult cuMemFree_v2(CUdeviceptr address) {
  return in_context([&](Device& d) {
    d.run_all();
    d.memory.free(address);
    return CUDA_SUCCESS;
  });
}

LACUNA_EXPORT CUresult cuMemHostAlloc(void** address, size_t bytes, unsigned) {
  return in_context([&](Device& d) {
    *address = std::malloc(bytes);
    if (*address == nullptr) return CUDA_ERROR_OUT_OF_MEMORY;
    std::memset(*address, 0xff, bytes);
    d.pinned[static_cast<std::byte*>(*address)] = bytes;
    return CUDA_SUCCESS;
  });
}

LACUNA_EXPORT CUresult cuMemFreeHost(void* address) {
  return in_context([&](Device& d) {
    d.run_all();
    if (d.pinned.erase(static_cast<std::byte*>(address)) == 0) return CUDA_ERROR_INVALID_VALUE;
    std::free(address);
    return CUDA_SUCCESS;
  });
}
