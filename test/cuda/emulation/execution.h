// What a running kernel may ask of the emulated device; emulated_ptx.h makes the functions of ptx.h
// of these. All of them are called on the fibre of a CUDA thread. What is wrong ends the launch
// with a report and does not return.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "site.h"

namespace lacuna::emulation {

struct Index3 {
  uint32_t x = 0, y = 0, z = 0;
};

// When the bytes of an asynchronous copy arrive: at once, or only where they are waited for. Until
// then the destination is poisoned.
enum class Landing { kEarly, kLate };

struct AsyncCopy {
  void* to;
  const std::byte* from;  // on the host
  uint32_t bytes, valid;
};

// The asynchronous copies of one thread.
struct AsyncCopies {
  std::vector<AsyncCopy> open;                 // since the last commit
  std::vector<std::vector<AsyncCopy>> groups;  // oldest first
  size_t first = 0;                            // groups before this one have landed
};

enum class Access { kRead, kWrite };

// The host address of `bytes` at the device address `device`, which must be aligned, inside one
// allocation, written before it is read, and not written by another block of this launch.
std::byte* global_address(const void* device, size_t bytes, size_t alignment, Access access,
                          Site site);

// Shared memory of the running block. `key` stands for one variable of one kernel.
void* shared_variable(const void* key, size_t bytes, Site site);
unsigned char* dynamic_shared();
// Ends the launch unless all bytes are in shared memory, and aligned to their number.
void check_shared(const void* address, size_t bytes, Site site);

AsyncCopies& async_copies();
Landing landing();
bool has_mma_e4m3();

void block_barrier(Site site);

// All lanes of the warp meet here; `what` names the operation in reports. `ordered` also orders
// memory, as __syncwarp does.
void warp_barrier(Site site);

// Every lane gives `bytes` (at most kMostExchanged) and, when all have come, sees what all gave:
// lane i's at [i * kMostExchanged]. Valid until the lane's next exchange.
inline constexpr size_t kMostExchanged = 64;
const std::byte* exchange(const char* what, const void* mine, size_t bytes, Site site);

// memcpy that no sanitizer sees: registers are exchanged without ordering memory.
void copy_unseen(void* to, const void* from, size_t bytes);

// Kernels by name. The functions live as long as the library.
struct KernelEntry {
  const char* name;
  void (*run)(const void* params);
  size_t param_bytes;
  uint32_t most_threads;
};
struct Registration {
  explicit Registration(const KernelEntry& entry);
};

}  // namespace lacuna::emulation

// CUDA's own names for a thread's place.
extern lacuna::emulation::Index3 threadIdx, blockIdx, blockDim, gridDim;
