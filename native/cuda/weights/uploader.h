// Brings memory of the host to the device through a few pinned buffers.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "cuda/driver/stream.h"

namespace lacuna::cuda {

class Uploader {
 public:
  // `progress` hears of bytes that have been handed over. All must outlive it.
  Uploader(const Context& context, const Stream& stream, std::function<void(size_t)> progress);

  // New memory on the device with a copy of `bytes` at `from`, which may be changed afterwards.
  // What the stream does next comes after the copy.
  CUdeviceptr add(const void* from, size_t bytes);
  // New memory of that size; `copy` fills parts of it.
  CUdeviceptr reserve(size_t bytes);
  void copy(CUdeviceptr to, const void* from, size_t bytes);

  // Waits for all copies, and gives away the memory that holds them.
  std::vector<DeviceBuffer> finish();

 private:
  static constexpr size_t kStagingBytes = size_t{8} << 20;
  static constexpr size_t kStages = 2;

  struct Stage {
    Stage(const Context& context) : memory(context, kStagingBytes), copied(context) {}
    PinnedBuffer memory;
    Event copied;
  };

  const Context& context_;
  const Stream& stream_;
  const std::function<void(size_t)> progress_;
  std::array<std::optional<Stage>, kStages> stages_;
  size_t next_ = 0;
  std::vector<DeviceBuffer> buffers_;
};

}  // namespace lacuna::cuda
