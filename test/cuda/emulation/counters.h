// What kernels did, counted.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "execution.h"

namespace lacuna::emulation {

// What moves between the device's memory and its caches at least.
inline constexpr uint64_t kSectorBytes = 32;

struct KernelCounters {
  uint64_t launches = 0;
  uint64_t blocks = 0;
  uint64_t bytes_read = 0;  // of global memory, as asked for: a byte read twice counts twice
  uint64_t bytes_written = 0;
  uint64_t distinct_bytes_read = 0;  // sectors of 32 bytes that a launch reads, each counted once
  uint64_t barriers = 0;             // that a block came to
  // With coalescing=on: accesses to global memory by warps, the sectors that they touched, and how
  // many of them touched more than their bytes need. Approximate where lanes part.
  uint64_t warp_accesses = 0;
  uint64_t sectors = 0;
  uint64_t spread_accesses = 0;
};

using Counters = std::map<std::string, KernelCounters>;

// {"name": {"launches": 1, …}, …}
std::string to_json(const Counters& counters);

// Finds out which accesses of a warp's lanes are the same instruction: the nth time that each of
// them comes to a line of the source with so many bytes.
class Coalescing {
 public:
  // `thread` of the running block.
  void add(uint32_t thread, uint64_t address, size_t bytes, Access access, Site site);
  // At the end of a block: into `counters`, and forgotten.
  void finish(KernelCounters& counters);

 private:
  struct Instruction {
    uint64_t bytes = 0;
    std::vector<uint64_t> sectors;
  };
  struct Line {
    std::array<uint32_t, 32> times{};  // that each lane came here
    std::vector<Instruction> instructions;
  };
  using Key = std::tuple<uint32_t, const char*, int, size_t, Access>;
  std::map<Key, Line> lines_;
};

}  // namespace lacuna::emulation
