#include "cpu/buffer.h"

#include <sys/mman.h>

#include <new>

namespace lacuna::cpu {
namespace {

// Memory that is large and much used is wanted in huge pages, for fewer misses of the address
// caches and none of the second-level cache that come of scattered pages.
constexpr size_t kHugeFrom = size_t{4} << 20;

}  // namespace

Buffer::Buffer(size_t floats) : size_(floats) {
  if (floats == 0) return;
  const size_t bytes = floats * sizeof(float);
  void* p = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (p == MAP_FAILED) throw std::bad_alloc();
#ifdef MADV_HUGEPAGE
  if (bytes >= kHugeFrom) madvise(p, bytes, MADV_HUGEPAGE);
#endif
  data_ = std::unique_ptr<float, Unmap>(static_cast<float*>(p), Unmap{bytes});
}

void Buffer::Unmap::operator()(float* p) const {
  munmap(p, bytes);
}

}  // namespace lacuna::cpu
