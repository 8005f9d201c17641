// The emulated device's memory. Device addresses are made up: only the emulation can read them,
// they are never used twice, and a gap follows each allocation. Knows of every byte whether it was
// written, and which block of which launch wrote it last.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>

#include "execution.h"

namespace lacuna::emulation {

// Memory of the host, zero until it is touched.
class LazyBytes {
 public:
  explicit LazyBytes(size_t bytes);
  ~LazyBytes();
  LazyBytes(const LazyBytes&) = delete;
  LazyBytes& operator=(const LazyBytes&) = delete;
  std::byte* data() const { return data_; }

 private:
  size_t bytes_;
  std::byte* data_;
};

// Who writes: block `block` of the launch numbered `launch`.
struct Writer {
  uint32_t launch;
  uint32_t block;
};

class DeviceMemory {
 public:
  explicit DeviceMemory(size_t limit) : limit_(limit) {}

  // 0 where the limit does not allow it.
  uint64_t allocate(size_t bytes);
  // Throws Fault where the address is not the beginning of an allocation.
  void free(uint64_t address);

  size_t limit() const { return limit_; }
  size_t used() const { return used_; }
  size_t allocations() const { return live_; }

  // For kernels. Throws Fault: outside of every allocation, not aligned, not written before it is
  // read, or written by another block of the same launch.
  std::byte* access(uint64_t address, size_t bytes, size_t alignment, Access access, Writer by);

  // How many sectors of a range that `access` has just been asked for this launch had not read yet.
  uint64_t first_reads(uint64_t address, size_t bytes, uint32_t launch);

  // For copies: any range inside one allocation. A write marks it as written. Throws Fault.
  std::byte* range(uint64_t address, size_t bytes, Access access, const char* what);
  // After a copy inside the device: what was not written at `from` is not written at `to` either.
  void copy_marks(uint64_t to, uint64_t from, size_t bytes);

 private:
  struct Allocation {
    uint64_t address;
    size_t bytes;
    bool freed = false;
    std::unique_ptr<LazyBytes> data;     // [bytes]
    std::unique_ptr<LazyBytes> written;  // [bytes] 1 where it was
    std::unique_ptr<LazyBytes> writers;  // [bytes] Writer, from the first write by a kernel on
    std::unique_ptr<LazyBytes> readers;  // [sectors] the last launch that read it
  };

  Allocation& find(uint64_t address, size_t bytes, const char* what);

  size_t limit_, used_ = 0, live_ = 0;
  uint64_t next_ = uint64_t{1} << 55;  // beyond what any processor of today takes for an address
  std::map<uint64_t, Allocation> allocations_;
  Allocation* last_ = nullptr;
};

}  // namespace lacuna::emulation
