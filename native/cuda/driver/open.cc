#include "cuda/driver/open.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace lacuna::cuda {

std::shared_ptr<const Driver> open_driver(const std::string& library) {
  const char* named = std::getenv("LACUNA_CUDA_DRIVER");
  const std::string found = named != nullptr && *named != '\0' ? named : kDriverLibrary;
  return Driver::open(library.empty() ? found : library, needed_driver());
}

int needed_driver() {
  return std::max(kOldestDriver, embedded_kernels_need());
}

DeviceInfo pick_device(const Driver& driver) {
  const std::vector<DeviceInfo> devices = driver.devices();
  const auto found = std::ranges::find_if(
      devices, [](const DeviceInfo& device) { return device.capability >= kOldestCapability; });
  return found == devices.end() ? devices.front() : *found;
}

std::vector<KernelImage> kernel_images(const Driver& driver) {
  if (const auto* image = static_cast<const char*>(driver.find("lacunaEmulationImage"))) {
    return {{image, std::as_bytes(std::span(image, std::strlen(image) + 1))}};
  }
  const auto embedded = embedded_kernels();
  return {embedded.begin(), embedded.end()};
}

}  // namespace lacuna::cuda
