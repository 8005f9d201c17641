#include "device_memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <new>
#include <string>

#include "counters.h"
#include "fault.h"

extern "C" __attribute__((weak)) void __asan_unpoison_memory_region(void const volatile* address,
                                                                    size_t size);

namespace lacuna::emulation {
namespace {

constexpr size_t kAlignment = 256, kGap = 4096;
// What an allocation's bytes are before they are written: not a number as float or half, -1 as
// integer.
constexpr int kPoison = 0xff;

std::string hexadecimal(uint64_t n) {
  char text[32];
  std::snprintf(text, sizeof(text), "0x%llx", static_cast<unsigned long long>(n));
  return text;
}

}  // namespace

LazyBytes::LazyBytes(size_t bytes) : bytes_(bytes) {
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  data_ = static_cast<std::byte*>(memory);
}

// Whatever maps the same place next must find it open.
LazyBytes::~LazyBytes() {
  if (__asan_unpoison_memory_region) __asan_unpoison_memory_region(data_, bytes_);
  munmap(data_, bytes_);
}

uint64_t DeviceMemory::allocate(size_t bytes) {
  const size_t taken = (bytes + kAlignment - 1) / kAlignment * kAlignment;
  if (bytes == 0 || taken > limit_ - used_) return 0;
  Allocation allocation{next_,
                        bytes,
                        false,
                        std::make_unique<LazyBytes>(taken),
                        std::make_unique<LazyBytes>(taken),
                        nullptr,
                        std::make_unique<LazyBytes>(taken / kSectorBytes * sizeof(uint32_t))};
  std::memset(allocation.data->data(), kPoison, bytes);
  const uint64_t address = next_;
  allocations_.emplace(address, std::move(allocation));
  used_ += taken;
  live_ += 1;
  next_ += (taken + 2 * kGap - 1) / kGap * kGap;
  return address;
}

void DeviceMemory::free(uint64_t address) {
  const auto found = allocations_.find(address);
  if (found == allocations_.end() || found->second.freed) {
    throw Fault("free of " + hexadecimal(address) + ", which is no allocation");
  }
  Allocation& a = found->second;
  used_ -= (a.bytes + kAlignment - 1) / kAlignment * kAlignment;
  live_ -= 1;
  a.freed = true;
  a.data.reset();
  a.written.reset();
  a.writers.reset();
  a.readers.reset();
}

DeviceMemory::Allocation& DeviceMemory::find(uint64_t address, size_t bytes, const char* what) {
  if (last_ == nullptr || address < last_->address || address - last_->address >= last_->bytes) {
    auto after = allocations_.upper_bound(address);
    if (after == allocations_.begin()) {
      throw Fault(std::string(what) + " of " + std::to_string(bytes) + " bytes at " +
                  hexadecimal(address) + ", which is no device address");
    }
    last_ = &std::prev(after)->second;
  }
  Allocation& a = *last_;
  const uint64_t offset = address - a.address;
  if (a.freed || offset > a.bytes || bytes > a.bytes - offset) {
    throw Fault(std::string(what) + (a.freed ? " after free: " : " out of bounds: ") +
                std::to_string(bytes) + " bytes at byte " + std::to_string(offset) +
                " of an allocation of " + std::to_string(a.bytes) + " bytes");
  }
  return a;
}

std::byte* DeviceMemory::access(uint64_t address, size_t bytes, size_t alignment, Access access,
                                Writer by) {
  const bool reads = access == Access::kRead;
  const char* what = reads ? "read" : "write";
  Allocation& a = find(address, bytes, what);
  if (address % alignment != 0) {
    throw Fault(std::string(what) + " of " + std::to_string(bytes) + " bytes at " +
                hexadecimal(address) + " is not aligned");
  }
  const size_t offset = address - a.address;
  std::byte* written = a.written->data() + offset;
  if (reads) {
    if (std::any_of(written, written + bytes, [](std::byte b) { return b == std::byte{0}; })) {
      throw Fault("read of byte " + std::to_string(offset) + " of an allocation of " +
                  std::to_string(a.bytes) + " bytes, which was never written");
    }
  } else {
    std::memset(written, 1, bytes);
    if (a.writers == nullptr) a.writers = std::make_unique<LazyBytes>(a.bytes * sizeof(Writer));
  }
  if (a.writers != nullptr) {
    auto* writers = reinterpret_cast<Writer*>(a.writers->data()) + offset;
    for (size_t i = 0; i < bytes; ++i) {
      if (writers[i].launch == by.launch && writers[i].block != by.block) {
        throw Fault("race between blocks: block " + std::to_string(by.block) + " " +
                    (reads ? "reads" : "writes") + " what block " +
                    std::to_string(writers[i].block) + " of the same launch wrote");
      }
      if (!reads) writers[i] = by;
    }
  }
  return a.data->data() + offset;
}

uint64_t DeviceMemory::first_reads(uint64_t address, size_t bytes, uint32_t launch) {
  const Allocation& a = *last_;  // where `access` has just found it
  auto* readers = reinterpret_cast<uint32_t*>(a.readers->data());
  const uint64_t offset = address - a.address;
  uint64_t count = 0;
  for (uint64_t s = offset / kSectorBytes; s <= (offset + bytes - 1) / kSectorBytes; ++s) {
    count += readers[s] != launch;
    readers[s] = launch;
  }
  return count;
}

std::byte* DeviceMemory::range(uint64_t address, size_t bytes, Access access, const char* what) {
  Allocation& a = find(address, bytes, what);
  const size_t offset = address - a.address;
  if (access == Access::kWrite) {
    std::memset(a.written->data() + offset, 1, bytes);
    if (a.writers != nullptr) {
      std::memset(a.writers->data() + offset * sizeof(Writer), 0, bytes * sizeof(Writer));
    }
  }
  return a.data->data() + offset;
}

void DeviceMemory::copy_marks(uint64_t to, uint64_t from, size_t bytes) {
  const Allocation& source = find(from, bytes, "copy");
  const std::byte* marks = source.written->data() + (from - source.address);
  const Allocation& target = find(to, bytes, "copy");
  std::memcpy(target.written->data() + (to - target.address), marks, bytes);
}

}  // namespace lacuna::emulation
