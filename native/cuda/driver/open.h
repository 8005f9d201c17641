// From nothing to a GPU that can work: which driver, which GPU, which kernels.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cuda/driver/kernel_library.h"

namespace lacuna::cuda {

// The oldest driver whose functions do all that is asked of them here, as Driver::open counts.
inline constexpr int kOldestDriver = 12000;

// Opens the driver `library` for the kernels of this build. Where it is empty: the one that the
// environment variable LACUNA_CUDA_DRIVER names, or else the system's. Throws as Driver::open does.
std::shared_ptr<const Driver> open_driver(const std::string& library = "");

// The oldest driver that open_driver takes.
int needed_driver();

// The first GPU that is new enough for the kernels; where none is, the first, and Context says why
// it will not do.
DeviceInfo pick_device(const Driver& driver);

// What KernelLibrary loads with this driver: what this build embeds, or what stands for the kernels
// that the emulated device has itself. Empty where there is neither, which KernelLibrary reports.
std::vector<KernelImage> kernel_images(const Driver& driver);

}  // namespace lacuna::cuda
