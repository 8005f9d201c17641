// The functions of execution.h, for the launch that runs.
#include "execution.h"

#include "executor.h"
#include "unseen.h"

lacuna::emulation::Index3 threadIdx, blockIdx, blockDim, gridDim;

namespace lacuna::emulation {

Executor* running_executor = nullptr;

// Volatile: no compiler makes a call of memcpy of it, which a sanitizer would see.
void copy_unseen(void* to, const void* from, size_t bytes) {
  using Word [[gnu::may_alias, gnu::aligned(1)]] = uint64_t;
  auto* target = static_cast<unsigned char*>(to);
  const auto* source = static_cast<const unsigned char*>(from);
  size_t i = 0;
  for (; i + sizeof(Word) <= bytes; i += sizeof(Word)) {
    *reinterpret_cast<volatile Word*>(target + i) =
        *reinterpret_cast<const volatile Word*>(source + i);
  }
  for (; i < bytes; ++i) {
    static_cast<volatile unsigned char*>(target)[i] =
        static_cast<const volatile unsigned char*>(source)[i];
  }
}

std::byte* global_address(const void* device, size_t bytes, size_t alignment, Access access,
                          Site site) {
  const Unseen unseen;
  return running_executor->global_address(reinterpret_cast<uint64_t>(device), bytes, alignment,
                                          access, site);
}
void* shared_variable(const void* key, size_t bytes, Site site) {
  const Unseen unseen;
  return running_executor->shared_variable(key, bytes, site);
}
unsigned char* dynamic_shared() {
  const Unseen unseen;
  return running_executor->dynamic_shared();
}
void check_shared(const void* address, size_t bytes, Site site) {
  const Unseen unseen;
  running_executor->check_shared(address, bytes, site);
}
AsyncCopies& async_copies() {
  const Unseen unseen;
  return running_executor->async_copies();
}
Landing landing() {
  const Unseen unseen;
  return running_executor->landing();
}
bool has_mma_e4m3() {
  const Unseen unseen;
  return running_executor->has_mma_e4m3();
}
void block_barrier(Site site) {
  const Unseen unseen;
  running_executor->block_barrier(site);
}
void warp_barrier(Site site) {
  const Unseen unseen;
  running_executor->warp_barrier(site);
}
const std::byte* exchange(const char* what, const void* mine, size_t bytes, Site site) {
  const Unseen unseen;
  return running_executor->exchange(what, mine, bytes, site);
}

}  // namespace lacuna::emulation
