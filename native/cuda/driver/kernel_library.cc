#include "cuda/driver/kernel_library.h"

#include "format/error.h"

namespace lacuna::cuda {

KernelLibrary::KernelLibrary(const Context& context, std::span<const KernelImage> images)
    : context_(context) {
  if (images.empty()) {
    throw Error(ErrorCode::kUnsupported, "this build has no kernels for GPUs",
                "Build it where nvcc 12.4 or newer is installed, or use the CPU.");
  }
  try {
    for (const KernelImage& image : images) modules_.push_back(load(image));
  } catch (...) {
    unload();
    throw;
  }
}

KernelLibrary::~KernelLibrary() {
  unload();
}

CUmodule KernelLibrary::load(const KernelImage& image) const {
  CUmodule module = nullptr;
  const CUresult result = context_.api().cuModuleLoadData(&module, image.bytes.data());
  if (result == CUDA_ERROR_NO_BINARY_FOR_GPU || result == CUDA_ERROR_UNSUPPORTED_PTX_VERSION) {
    throw Error(ErrorCode::kUnsupported,
                "this build has no kernels for the GPU " + context_.device().name,
                "Update the NVIDIA driver, or use the CPU.");
  }
  context_.check(result, "loading the kernels");
  return module;
}

void KernelLibrary::unload() {
  context_.make_current_or_not();
  for (const CUmodule module : modules_) context_.api().cuModuleUnload(module);
}

CUfunction KernelLibrary::find(const std::string& name, size_t dynamic_shared) const {
  for (const CUmodule module : modules_) {
    CUfunction function = nullptr;
    const CUresult result = context_.api().cuModuleGetFunction(&function, module, name.c_str());
    if (result == CUDA_ERROR_NOT_FOUND) continue;
    context_.check(result, "finding a kernel");
    if (dynamic_shared > 0) {
      context_.check(context_.api().cuFuncSetAttribute(
                         function, CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES,
                         static_cast<int>(dynamic_shared)),
                     "asking for shared memory");
    }
    return function;
  }
  throw Error(ErrorCode::kUnsupported, "this build has no kernel " + name,
              "Build it anew, or use the CPU.");
}

}  // namespace lacuna::cuda
