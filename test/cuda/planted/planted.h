// Kernels with a mistake each, and their sound twins: they show what the emulated device finds.
#pragma once

#include <stdint.h>

namespace lacuna::kernels {

inline constexpr uint32_t kPlantedThreads = 128;

// Blocks of kPlantedThreads.
struct PlantedParams {
  const float* x;  // [count]
  float* out;      // [count]
  uint32_t count;
};

}  // namespace lacuna::kernels
