// How the emulated device behaves, as text: `order=reverse,landing=late,memory=64m`. Unknown names
// are refused, so that a misspelt setting does not test nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "execution.h"

namespace lacuna::emulation {

// Which thread of a block runs when another one waits. kForward and kReverse go round, kGreedy
// stays with a warp as long as it can, so that warps drift apart.
enum class Order { kForward, kReverse, kRandom, kGreedy };

struct Settings {
  Order order = Order::kForward;      // order=forward|reverse|random|greedy
  Landing landing = Landing::kEarly;  // landing=early|late
  uint32_t seed = 1;                  // seed=N, of random orders
  size_t memory = size_t{1} << 30;    // memory=N[k|m|g], of the device
  int devices = 1;                    // devices=N
  int driver = 13000;                 // driver=N, as cuDriverGetVersion gives it
  int capability = 90;                // capability=NN
  bool coalescing = false;            // coalescing=on: count accesses that are spread out
  uint64_t fail_allocation = 0;       // fail_allocation=N: the Nth allocation finds no memory
  uint64_t lose_launch = 0;           // lose_launch=N: the Nth launch loses the device
};

// Throws std::invalid_argument, naming the part that is wrong.
Settings parse_settings(std::string_view text);

}  // namespace lacuna::emulation
