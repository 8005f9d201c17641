#include "cuda/driver/context.h"

#include <string>
#include <utility>

#include "format/error.h"

namespace lacuna::cuda {

Context::Context(std::shared_ptr<const Driver> driver, const DeviceInfo& device)
    : driver_(std::move(driver)), device_(device) {
  if (device_.capability < kOldestCapability) {
    throw Error(ErrorCode::kUnsupported,
                "the GPU " + device_.name + " has compute capability " +
                    capability_text(device_.capability) + ", and the kernels need " +
                    capability_text(kOldestCapability) + " or newer",
                "Use a newer GPU, or the CPU.");
  }
  check(api().cuDevicePrimaryCtxRetain(&handle_, device_.ordinal), "opening the device");
  make_current();
}

Context::~Context() {
  api().cuCtxSetCurrent(nullptr);
  api().cuDevicePrimaryCtxRelease(device_.ordinal);
}

void Context::make_current() const {
  check(api().cuCtxSetCurrent(handle_), "choosing the device");
}

Context::Memory Context::memory() const {
  Memory memory{};
  check(api().cuMemGetInfo(&memory.free, &memory.total), "asking for free memory");
  return memory;
}

void Context::synchronize() const {
  check(api().cuCtxSynchronize(), "waiting for the device");
}

DeviceBuffer::DeviceBuffer(const Context& context, size_t bytes)
    : context_(&context), bytes_(bytes) {
  const CUresult result = context.api().cuMemAlloc(&address_, bytes);
  if (result == CUDA_ERROR_OUT_OF_MEMORY) {
    throw Error(ErrorCode::kOutOfMemory,
                "the GPU has no room for " + std::to_string(bytes) +
                    " bytes: " + std::to_string(context.memory().free) + " of " +
                    std::to_string(context.memory().total) + " are free",
                "Close other programs that use the GPU, choose a shorter context, or use the CPU.");
  }
  context.check(result, "allocating memory");
}

DeviceBuffer::~DeviceBuffer() {
  if (address_ == 0) return;
  context_->make_current_or_not();
  context_->api().cuMemFree(address_);
}

DeviceBuffer::DeviceBuffer(DeviceBuffer&& other) noexcept
    : context_(other.context_),
      address_(std::exchange(other.address_, 0)),
      bytes_(std::exchange(other.bytes_, 0)) {}

DeviceBuffer& DeviceBuffer::operator=(DeviceBuffer&& other) noexcept {
  std::swap(context_, other.context_);
  std::swap(address_, other.address_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

PinnedBuffer::PinnedBuffer(const Context& context, size_t bytes)
    : context_(&context), bytes_(bytes) {
  context.check(context.api().cuMemHostAlloc(&data_, bytes, 0), "allocating memory for copies");
}

PinnedBuffer::~PinnedBuffer() {
  if (data_ == nullptr) return;
  context_->make_current_or_not();
  context_->api().cuMemFreeHost(data_);
}

PinnedBuffer::PinnedBuffer(PinnedBuffer&& other) noexcept
    : context_(other.context_),
      data_(std::exchange(other.data_, nullptr)),
      bytes_(std::exchange(other.bytes_, 0)) {}

PinnedBuffer& PinnedBuffer::operator=(PinnedBuffer&& other) noexcept {
  std::swap(context_, other.context_);
  std::swap(data_, other.data_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

}  // namespace lacuna::cuda
