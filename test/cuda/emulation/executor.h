// Runs kernels: block after block, each thread of a block on a fibre of its own, so that barriers,
// votes and shuffles really interleave.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "counters.h"
#include "device_memory.h"
#include "fiber.h"
#include "schedule.h"
#include "settings.h"

namespace lacuna::emulation {

struct Launch {
  const KernelEntry* kernel;
  Index3 grid, block;
  size_t dynamic_shared;
  std::vector<std::byte> params;
};

// The one whose launch runs.
extern class Executor* running_executor;

// Null where no kernel of that name was compiled in.
const KernelEntry* find_kernel(const std::string& name);

class Executor {
 public:
  Executor(const Settings& settings, DeviceMemory& memory);
  ~Executor();

  // Runs all blocks. Throws Fault where the kernel does what it must not.
  void run(const Launch& launch);

  Counters& counters() { return counters_; }

  // What execution.h offers, for the launch that runs.
  std::byte* global_address(uint64_t address, size_t bytes, size_t alignment, Access access,
                            Site site);
  void* shared_variable(const void* key, size_t bytes, Site site);
  unsigned char* dynamic_shared();
  void check_shared(const void* address, size_t bytes, Site site);
  AsyncCopies& async_copies();
  Landing landing() const { return settings_.landing; }
  bool has_mma_e4m3() const { return settings_.capability >= 89; }
  void block_barrier(Site site);
  void warp_barrier(Site site);
  const std::byte* exchange(const char* what, const void* mine, size_t bytes, Site site);

 private:
  struct Thread;
  struct Warp;
  struct SharedVariable {
    const void* key;
    std::byte* address;
  };

  static void thread_main();
  void run_block();
  void enter(uint32_t thread);
  void finish_barrier();
  void suspend();
  void meet(const char* what, Site site, bool ordered);
  [[noreturn]] void fail_to_meet(const Warp& warp, const char* what, Site site);
  std::byte* take_shared(size_t bytes);
  [[noreturn]] void fail(const std::string& what, Site site);
  [[noreturn]] void report_stuck();
  Thread& current();

  const Settings settings_;
  DeviceMemory& memory_;
  Counters counters_;
  Coalescing coalescing_;
  Schedule schedule_;
  uint32_t launch_number_ = 0;

  // Of the running launch.
  const Launch* launch_ = nullptr;
  KernelCounters* counting_ = nullptr;
  uint32_t block_number_ = 0;

  // Of the running block.
  uint32_t threads_used_ = 0, finished_ = 0, at_barrier_ = 0, current_ = 0;
  uint64_t barrier_time_ = 0;
  Site barrier_site_;
  std::string fault_;
  std::vector<std::unique_ptr<Thread>> threads_;
  std::vector<Warp> warps_;
  std::vector<uint32_t> runnable_;  // for each warp, a bit for each lane
  std::unique_ptr<LazyBytes> shared_;
  size_t shared_used_ = 0;
  std::byte* dynamic_ = nullptr;
  std::vector<SharedVariable> shared_variables_;
};

}  // namespace lacuna::emulation
