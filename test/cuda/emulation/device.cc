#include "device.h"

#include <algorithm>
#include <cstdlib>

#include "fault.h"

namespace lacuna::emulation {
namespace {

std::unique_ptr<Device>& current_device() {
  static std::unique_ptr<Device> device;
  return device;
}

}  // namespace

Device::Device(const Settings& chosen)
    : settings(chosen), memory(chosen.memory), executor(settings, memory), random(chosen.seed) {}

Device::~Device() {
  for (const auto& [address, bytes] : pinned) std::free(address);
  for (Stream* stream : streams) delete stream;
}

void Device::run_all() {
  std::vector<Stream*> order(streams.begin(), streams.end());
  if (settings.order == Order::kReverse) std::reverse(order.begin(), order.end());
  if (settings.order == Order::kRandom) std::shuffle(order.begin(), order.end(), random);
  for (Stream* stream : order) run_until(*stream, stream->enqueued);
}

void Device::check_pinned(const void* address, size_t bytes, const char* what) const {
  const auto* begin = static_cast<const std::byte*>(address);
  auto after = pinned.upper_bound(const_cast<std::byte*>(begin));
  if (after != pinned.begin()) {
    const auto& [start, size] = *std::prev(after);
    if (begin + bytes <= start + size) return;
  }
  throw Fault(std::string(what) + " of memory of the host that is not pinned, or not any more");
}

void Device::launch(const Launch& launch) {
  launches += 1;
  if (launches == settings.lose_launch) throw Fault("the device was lost, as the settings ask");
  executor.run(launch);
}

Stream& Device::stream(cuda::CUstream handle) const {
  auto* stream = reinterpret_cast<Stream*>(handle);
  if (streams.count(stream) == 0) throw Fault("work for a stream that is not there");
  return *stream;
}

bool Device::recording() const {
  return std::any_of(streams.begin(), streams.end(),
                     [](const Stream* s) { return s->capture != nullptr; });
}

std::recursive_mutex& driver_mutex() {
  static std::recursive_mutex mutex;
  return mutex;
}

Device& device() {
  if (current_device() == nullptr) {
    const char* text = std::getenv("LACUNA_EMULATED_CUDA");
    replace_device(parse_settings(text == nullptr ? "" : text));
  }
  return *current_device();
}

void replace_device(const Settings& settings) {
  current_device().reset();
  current_device() = std::make_unique<Device>(settings);
}

cuda::CUresult break_device(const char* what) {
  Device& d = device();
  if (d.broken == cuda::CUDA_SUCCESS) {
    d.broken = cuda::CUDA_ERROR_ILLEGAL_ADDRESS;
    d.report = what;
  }
  return d.broken;
}

}  // namespace lacuna::emulation
