// Device memory whose size is known before it is taken: the same code counts and allocates.
#pragma once

#include "cuda/driver/context.h"

namespace lacuna::cuda {

class Arena {
 public:
  // Counts only: what it gives out is empty.
  Arena() = default;
  explicit Arena(const Context& context) : context_(&context) {}

  // Throws as DeviceBuffer does.
  DeviceBuffer take(size_t bytes) {
    if (bytes == 0) return {};
    bytes_ += whole_grains(bytes);
    return context_ == nullptr ? DeviceBuffer() : DeviceBuffer(*context_, bytes);
  }
  template <class T>
  DeviceBuffer take_array(size_t count) {
    return take(count * sizeof(T));
  }

  size_t bytes() const { return bytes_; }

  // As the device counts them.
  static constexpr size_t whole_grains(size_t bytes) {
    return (bytes + kGrain - 1) / kGrain * kGrain;
  }

 private:
  static constexpr size_t kGrain = 512;

  const Context* context_ = nullptr;
  size_t bytes_ = 0;
};

}  // namespace lacuna::cuda
