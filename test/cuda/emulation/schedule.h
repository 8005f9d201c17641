// In which order the threads of a block, and the blocks of a launch, come.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "settings.h"

namespace lacuna::emulation {

class Schedule {
 public:
  static constexpr uint32_t kNobody = 0xffffffffu;

  Schedule(Order order, uint32_t seed) : order_(order), random_(seed) {}

  // The thread to run when thread `last` waits; `runnable` has a bit for each lane of each warp.
  uint32_t next(uint32_t last, const std::vector<uint32_t>& runnable);

  // Where `next` begins in a block of `threads`.
  uint32_t before_first(uint32_t threads) const {
    return order_ == Order::kForward ? threads - 1 : 0;
  }

  // 0 … count - 1, in the order in which blocks run.
  std::vector<uint32_t> shuffled(uint32_t count);

 private:
  Order order_;
  std::mt19937 random_;
};

}  // namespace lacuna::emulation
