#include "cuda/weights/uploader.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace lacuna::cuda {

Uploader::Uploader(const Context& context, const Stream& stream,
                   std::function<void(size_t)> progress)
    : context_(context), stream_(stream), progress_(std::move(progress)) {
  for (auto& stage : stages_) stage.emplace(context);
}

CUdeviceptr Uploader::reserve(size_t bytes) {
  return buffers_.emplace_back(context_, bytes).address();
}

CUdeviceptr Uploader::add(const void* from, size_t bytes) {
  const CUdeviceptr to = reserve(bytes);
  copy(to, from, bytes);
  return to;
}

void Uploader::copy(CUdeviceptr to, const void* from, size_t bytes) {
  const auto* source = static_cast<const std::byte*>(from);
  for (size_t done = 0; done < bytes;) {
    Stage& stage = *stages_[next_++ % kStages];
    stage.copied.synchronize();
    const size_t part = std::min(bytes - done, kStagingBytes);
    std::memcpy(stage.memory.as<std::byte>(), source + done, part);
    stream_.copy_to_device(to + done, stage.memory.as<std::byte>(), part);
    stream_.record(stage.copied);
    done += part;
    progress_(part);
  }
}

std::vector<DeviceBuffer> Uploader::finish() {
  stream_.synchronize();
  return std::exchange(buffers_, {});
}

}  // namespace lacuna::cuda
