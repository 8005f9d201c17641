#include "cuda/driver/driver.h"

#include <dlfcn.h>

#include "format/error.h"

namespace lacuna::cuda {
namespace {

constexpr char kInstall[] =
    "Install or repair the NVIDIA driver (nvidia-smi must list the GPU), or use the CPU.";

[[noreturn]] void no_driver(const std::string& why) {
  throw Error(ErrorCode::kNoDriver, "the NVIDIA driver cannot be loaded: " + why, kInstall);
}

// No function of the driver's own can be asked for its text: it may be one that just failed.
std::string result_text(const DriverApi& api, CUresult result) {
  const char* name = nullptr;
  const char* text = nullptr;
  if (api.cuGetErrorName(result, &name) != CUDA_SUCCESS || name == nullptr) name = "error";
  if (api.cuGetErrorString(result, &text) != CUDA_SUCCESS || text == nullptr) text = "";
  return std::string(name) + " (" + std::to_string(result) + ") " + text;
}

}  // namespace

std::string version_text(int version) {
  return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

std::string capability_text(int capability) {
  return std::to_string(capability / 10) + "." + std::to_string(capability % 10);
}

bool is_device_lost(CUresult result) {
  switch (result) {
    case CUDA_ERROR_DEVICE_UNAVAILABLE:
    case CUDA_ERROR_ECC_UNCORRECTABLE:
    case CUDA_ERROR_ILLEGAL_ADDRESS:
    case CUDA_ERROR_LAUNCH_TIMEOUT:
    case CUDA_ERROR_UNKNOWN:
      return true;
    default:
      return result >= CUDA_ERROR_HARDWARE_STACK_ERROR && result <= CUDA_ERROR_LAUNCH_FAILED;
  }
}

std::shared_ptr<const Driver> Driver::open(const std::string& library, int needed) {
  const std::shared_ptr<Driver> driver(new Driver);
  driver->library_ = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (driver->library_ == nullptr) {
    const char* why = dlerror();
    no_driver(why != nullptr ? why : library);
  }
  DriverApi& api = driver->api_;
  // What tells the version comes first: an old driver lacks functions, and should be called old.
  const auto resolve = [&](const char* symbol) { return dlsym(driver->library_, symbol); };
  api.cuDriverGetVersion =
      reinterpret_cast<decltype(api.cuDriverGetVersion)>(resolve("cuDriverGetVersion"));
  if (api.cuDriverGetVersion == nullptr ||
      api.cuDriverGetVersion(&driver->version_) != CUDA_SUCCESS) {
    no_driver(library + " does not tell its version");
  }
  if (driver->version_ < needed) {
    throw Error(ErrorCode::kDriverTooOld,
                "the NVIDIA driver is for CUDA " + version_text(driver->version_) +
                    ", and this build needs " + version_text(needed) + " or newer",
                "Update the NVIDIA driver, or use the CPU.");
  }
#define LACUNA_RESOLVE(member, symbol, parameters)                      \
  api.member = reinterpret_cast<decltype(api.member)>(resolve(symbol)); \
  if (api.member == nullptr) no_driver(library + " has no " symbol);
  LACUNA_CUDA_DRIVER_FUNCTIONS(LACUNA_RESOLVE)
#undef LACUNA_RESOLVE
  const CUresult initialised = api.cuInit(0);
  int count = 0;
  if (initialised == CUDA_ERROR_NO_DEVICE ||
      (initialised == CUDA_SUCCESS && api.cuDeviceGetCount(&count) == CUDA_SUCCESS && count == 0)) {
    throw Error(ErrorCode::kNoDevice, "the NVIDIA driver finds no GPU",
                "Check that the GPU is visible here (nvidia-smi, CUDA_VISIBLE_DEVICES), or use the "
                "CPU.");
  }
  if (initialised != CUDA_SUCCESS) {
    throw Error(ErrorCode::kNoDriver,
                "the NVIDIA driver does not start: " + result_text(api, initialised), kInstall);
  }
  return driver;
}

Driver::~Driver() {
  if (library_ != nullptr) dlclose(library_);
}

std::vector<DeviceInfo> Driver::devices() const {
  int count = 0;
  check(api_.cuDeviceGetCount(&count), "counting GPUs");
  std::vector<DeviceInfo> devices;
  for (int i = 0; i < count; ++i) {
    CUdevice device = 0;
    check(api_.cuDeviceGet(&device, i), "finding a GPU");
    const auto attribute = [&](CUdevice_attribute which) {
      int value = 0;
      check(api_.cuDeviceGetAttribute(&value, which, device), "describing a GPU");
      return value;
    };
    char name[256] = "";
    check(api_.cuDeviceGetName(name, sizeof(name), device), "describing a GPU");
    size_t memory = 0;
    check(api_.cuDeviceTotalMem(&memory, device), "describing a GPU");
    devices.push_back(
        {.ordinal = i,
         .name = name,
         .capability = 10 * attribute(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR) +
                       attribute(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR),
         .multiprocessors = attribute(CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT),
         .memory = memory,
         .shared_per_block =
             static_cast<size_t>(attribute(CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN)),
         .shared_per_multiprocessor = static_cast<size_t>(
             attribute(CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_MULTIPROCESSOR)),
         .l2_bytes = static_cast<size_t>(attribute(CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE))});
  }
  return devices;
}

const void* Driver::find(const char* symbol) const {
  return dlsym(library_, symbol);
}

void Driver::check(CUresult result, std::string_view doing) const {
  if (result == CUDA_SUCCESS) return;
  const std::string what = "on the GPU, " + std::string(doing) + " failed: ";
  const std::string why = result_text(api_, result);
  if (result == CUDA_ERROR_OUT_OF_MEMORY) {
    throw Error(ErrorCode::kOutOfMemory, what + why,
                "Close other programs that use the GPU, choose a shorter context, or use the CPU.");
  }
  if (is_device_lost(result)) {
    throw Error(ErrorCode::kDeviceLost, what + why,
                "Restart the engine; if it comes again, update the NVIDIA driver or use the CPU.");
  }
  throw Error(ErrorCode::kIo, what + why,
              "Update the NVIDIA driver, or use the CPU; if it stays, report this message.");
}

}  // namespace lacuna::cuda
