// The CUDA driver of this machine, found and loaded at run time.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cuda/driver/driver_api.h"

namespace lacuna::cuda {

// What the system's loader finds where an NVIDIA driver is installed.
#ifdef _WIN32
inline constexpr char kDriverLibrary[] = "nvcuda.dll";
#else
inline constexpr char kDriverLibrary[] = "libcuda.so.1";
#endif

struct DeviceInfo {
  int ordinal;
  std::string name;
  int capability;  // 10 * major + minor: 90 for 9.0
  int multiprocessors;
  size_t memory;                     // bytes in all
  size_t shared_per_block;           // bytes a block may have, if it asks for them
  size_t shared_per_multiprocessor;  // bytes
  size_t l2_bytes;
};

// The oldest GPUs that the kernels run on.
inline constexpr int kOldestCapability = 80;

class Driver {
 public:
  // Loads `library` and initialises it. `needed` is the oldest driver that will do, as
  // cuDriverGetVersion counts: 1000 * major + 10 * minor. Throws Error: kNoDriver where it cannot
  // be loaded or lacks a function, kDriverTooOld with both versions, kNoDevice where there is no
  // GPU.
  static std::shared_ptr<const Driver> open(const std::string& library, int needed);

  ~Driver();
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;

  const DriverApi& api() const { return api_; }
  int version() const { return version_; }

  // All GPUs, those that are too old as well; at least one.
  std::vector<DeviceInfo> devices() const;

  // Anything else that the library exports; null where there is no such symbol.
  const void* find(const char* symbol) const;

  // Throws Error where `result` says that `doing` failed: kOutOfMemory, kDeviceLost where nothing
  // on the device can be used any more, kIo otherwise.
  void check(CUresult result, std::string_view doing) const;

 private:
  Driver() = default;

  void* library_ = nullptr;
  DriverApi api_{};
  int version_ = 0;
};

// `13.0` for 13000.
std::string version_text(int version);

// `9.0` for 90.
std::string capability_text(int capability);

// Whether a result means that the context, and everything in it, is gone.
bool is_device_lost(CUresult result);

}  // namespace lacuna::cuda
