// Memory for activations and caches: aligned to a cache line, not initialised (the operating system
// hands out pages as they are first written).
#pragma once

#include <cstddef>
#include <memory>

namespace lacuna::cpu {

class Buffer {
 public:
  Buffer() = default;
  // Throws std::bad_alloc.
  explicit Buffer(size_t floats);

  float* data() { return data_.get(); }
  const float* data() const { return data_.get(); }
  size_t size() const { return size_; }
  size_t bytes() const { return size_ * sizeof(float); }

 private:
  // Whole pages of their own, so that they go back to the operating system and not to the heap's
  // free list.
  struct Unmap {
    size_t bytes;
    void operator()(float* p) const;
  };
  std::unique_ptr<float, Unmap> data_{nullptr, Unmap{0}};
  size_t size_ = 0;
};

}  // namespace lacuna::cpu
