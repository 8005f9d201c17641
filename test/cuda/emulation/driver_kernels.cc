// The driver's functions about modules, kernels and their launches.
#include <cstring>

#include "device.h"
#include "fault.h"

using namespace lacuna::cuda;
using namespace lacuna::emulation;

#define LACUNA_EXPORT extern "C" __attribute__((visibility("default")))

namespace {

struct Function {
  const KernelEntry* kernel;
  // Allowed. A driver gives 48 KiB unasked, less what the kernel has of its own; here all of it is
  // to be asked for.
  size_t dynamic_shared = 0;
};
using Functions = std::map<std::string, Function>;

// What a file of CUDA code for several devices begins with.
constexpr uint32_t kFatbinMagic = 0xba55ed50;

}  // namespace

// What the emulated device takes in its place: it has the kernels itself.
LACUNA_EXPORT const char lacunaEmulationImage[];
const char lacunaEmulationImage[] = "emulated";

LACUNA_EXPORT CUresult cuModuleLoadData(CUmodule* module, const void* image) {
  return in_context([&](Device&) {
    uint32_t magic;
    std::memcpy(&magic, image, sizeof(magic));
    if (magic != kFatbinMagic && std::memcmp(image, lacunaEmulationImage, 8) != 0) {
      return CUDA_ERROR_INVALID_IMAGE;
    }
    *module = reinterpret_cast<CUmodule>(new Functions);
    return CUDA_SUCCESS;
  });
}

LACUNA_EXPORT CUresult cuModuleUnload(CUmodule module) {
  return in_context([&](Device& d) {
    d.run_all();
    delete reinterpret_cast<Functions*>(module);
    return CUDA_SUCCESS;
  });
}

LACUNA_EXPORT CUresult cuModuleGetFunction(CUfunction* function, CUmodule module,
                                           const char* name) {
  return in_context([&](Device&) {
    const KernelEntry* kernel = find_kernel(name);
    if (kernel == nullptr) return CUDA_ERROR_NOT_FOUND;
    auto& functions = *reinterpret_cast<Functions*>(module);
    Function& f = functions.try_emplace(name, Function{kernel}).first->second;
    *function = reinterpret_cast<CUfunction>(&f);
    return CUDA_SUCCESS;
  });
}

LACUNA_EXPORT CUresult cuFuncSetAttribute(CUfunction function, CUfunction_attribute which,
                                          int value) {
  return in_context([&](Device&) {
    if (which != CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES || value > 99 * 1024) {
      return CUDA_ERROR_INVALID_VALUE;
    }
    reinterpret_cast<Function*>(function)->dynamic_shared = static_cast<size_t>(value);
    return CUDA_SUCCESS;
  });
}

LACUNA_EXPORT CUresult cuLaunchKernel(CUfunction function, unsigned grid_x, unsigned grid_y,
                                      unsigned grid_z, unsigned block_x, unsigned block_y,
                                      unsigned block_z, unsigned shared, CUstream stream,
                                      void** parameters, void**) {
  return in_context([&](Device& d) {
    const auto* f = reinterpret_cast<const Function*>(function);
    const unsigned threads = block_x * block_y * block_z;
    if (grid_x == 0 || grid_y == 0 || grid_z == 0 || grid_y > 65535 || grid_z > 65535 ||
        threads == 0 || threads % 32 != 0 || threads > f->kernel->most_threads ||
        shared > f->dynamic_shared) {
      return CUDA_ERROR_INVALID_VALUE;
    }
    const auto* params = static_cast<const std::byte*>(parameters[0]);
    Launch launch{f->kernel,
                  {grid_x, grid_y, grid_z},
                  {block_x, block_y, block_z},
                  shared,
                  {params, params + f->kernel->param_bytes}};
    enqueue(d.stream(stream), [&d, launch] { d.launch(launch); });
    return CUDA_SUCCESS;
  });
}
