// The kernels of this build, loaded on a device and called by name.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "cuda/driver/stream.h"

namespace lacuna::cuda {

// What nvcc made of one file of kernels: code for several GPUs in one.
struct KernelImage {
  const char* name;
  std::span<const std::byte> bytes;
};

// The kernels that this build carries; none where it was made without nvcc.
std::span<const KernelImage> embedded_kernels();

// The GPUs that they have code of their own for, as DeviceInfo::capability counts; others of the
// same age or newer run what the driver translates.
std::span<const int> embedded_capabilities();

// The oldest driver that loads them, as Driver::open counts; 0 where there are none.
int embedded_kernels_need();

struct Grid {
  uint32_t x = 1, y = 1, z = 1;
};

class KernelLibrary {
 public:
  // Throws Error: kUnsupported where `images` is empty or holds no code for this GPU.
  KernelLibrary(const Context& context, std::span<const KernelImage> images);
  ~KernelLibrary();
  KernelLibrary(const KernelLibrary&) = delete;
  KernelLibrary& operator=(const KernelLibrary&) = delete;

  // Throws Error kUnsupported naming a kernel that is in none of the images. Launches may
  // ask for up to `dynamic_shared` bytes.
  CUfunction find(const std::string& name, size_t dynamic_shared = 0) const;

 private:
  CUmodule load(const KernelImage& image) const;
  void unload();

  const Context& context_;
  std::vector<CUmodule> modules_;
};

// A kernel and the parameter struct that it was compiled with: both come from its header in
// kernels/.
template <class Params>
class Kernel {
  static_assert(std::is_trivially_copyable_v<Params> && std::is_standard_layout_v<Params>);

 public:
  Kernel() = default;
  Kernel(const KernelLibrary& library, const std::string& name, size_t dynamic_shared = 0)
      : function_(library.find(name, dynamic_shared)) {}

  // Blocks of `threads`. The parameters are copied now; what they point to is read when it runs.
  void launch(const Stream& stream, Grid grid, uint32_t threads, size_t dynamic_shared,
              const Params& params) const {
    void* arguments[] = {const_cast<Params*>(&params)};
    stream.context().check(
        stream.context().api().cuLaunchKernel(function_, grid.x, grid.y, grid.z, threads, 1, 1,
                                              static_cast<unsigned>(dynamic_shared),
                                              stream.handle(), arguments, nullptr),
        "launching a kernel");
  }

 private:
  CUfunction function_ = nullptr;
};

}  // namespace lacuna::cuda
