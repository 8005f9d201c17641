// Memory for activations and caches: aligned to a cache line, not initialised (the operating system
// hands out pages as they are first written).
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>

namespace lacuna::cpu {

class Buffer {
 public:
  Buffer() = default;
  // Throws std::bad_alloc.
  explicit Buffer(size_t floats) : size_(floats) {
    constexpr size_t kLine = 64;
    const size_t bytes = (floats * sizeof(float) + kLine - 1) / kLine * kLine;
    data_.reset(static_cast<float*>(std::aligned_alloc(kLine, bytes == 0 ? kLine : bytes)));
    if (data_ == nullptr) throw std::bad_alloc();
  }

  float* data() { return data_.get(); }
  const float* data() const { return data_.get(); }
  size_t size() const { return size_; }
  size_t bytes() const { return size_ * sizeof(float); }

 private:
  struct Free {
    void operator()(float* p) const { std::free(p); }
  };
  std::unique_ptr<float, Free> data_;
  size_t size_ = 0;
};

}  // namespace lacuna::cpu
