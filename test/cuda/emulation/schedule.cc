#include "schedule.h"

#include <algorithm>
#include <bit>
#include <numeric>

namespace lacuna::emulation {
namespace {

uint32_t lowest(uint32_t warp, uint32_t bits) {
  return warp * 32 + static_cast<uint32_t>(std::countr_zero(bits));
}

uint32_t highest(uint32_t warp, uint32_t bits) {
  return warp * 32 + 31 - static_cast<uint32_t>(std::countl_zero(bits));
}

uint32_t round_up(uint32_t last, const std::vector<uint32_t>& runnable) {
  const auto warps = static_cast<uint32_t>(runnable.size());
  const uint32_t warp = last / 32, lane = last % 32;
  const uint32_t above = lane == 31 ? 0 : runnable[warp] & ~0u << (lane + 1);
  if (above != 0) return lowest(warp, above);
  for (uint32_t i = 1; i <= warps; ++i) {
    const uint32_t w = (warp + i) % warps;
    if (runnable[w] != 0) return lowest(w, runnable[w]);
  }
  return Schedule::kNobody;
}

uint32_t round_down(uint32_t last, const std::vector<uint32_t>& runnable) {
  const auto warps = static_cast<uint32_t>(runnable.size());
  const uint32_t warp = last / 32, lane = last % 32;
  const uint32_t below = runnable[warp] & ((1u << lane) - 1);
  if (below != 0) return highest(warp, below);
  for (uint32_t i = 1; i <= warps; ++i) {
    const uint32_t w = (warp + warps - i) % warps;
    if (runnable[w] != 0) return highest(w, runnable[w]);
  }
  return Schedule::kNobody;
}

uint32_t same_warp(uint32_t last, const std::vector<uint32_t>& runnable) {
  if (runnable[last / 32] != 0) return lowest(last / 32, runnable[last / 32]);
  for (uint32_t w = 0; w < runnable.size(); ++w) {
    if (runnable[w] != 0) return lowest(w, runnable[w]);
  }
  return Schedule::kNobody;
}

uint32_t any(std::mt19937& random, const std::vector<uint32_t>& runnable) {
  uint32_t count = 0;
  for (const uint32_t bits : runnable) count += static_cast<uint32_t>(std::popcount(bits));
  if (count == 0) return Schedule::kNobody;
  auto nth = static_cast<uint32_t>(random() % count);
  uint32_t w = 0;
  for (; nth >= static_cast<uint32_t>(std::popcount(runnable[w])); ++w) {
    nth -= static_cast<uint32_t>(std::popcount(runnable[w]));
  }
  uint32_t bits = runnable[w];
  for (; nth > 0; --nth) bits &= bits - 1;
  return lowest(w, bits);
}

}  // namespace

uint32_t Schedule::next(uint32_t last, const std::vector<uint32_t>& runnable) {
  switch (order_) {
    case Order::kForward:
      return round_up(last, runnable);
    case Order::kReverse:
      return round_down(last, runnable);
    case Order::kGreedy:
      return same_warp(last, runnable);
    case Order::kRandom:
      return any(random_, runnable);
  }
  return kNobody;
}

std::vector<uint32_t> Schedule::shuffled(uint32_t count) {
  std::vector<uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0u);
  if (order_ == Order::kReverse) std::reverse(order.begin(), order.end());
  if (order_ == Order::kRandom) std::shuffle(order.begin(), order.end(), random_);
  return order;
}

}  // namespace lacuna::emulation
