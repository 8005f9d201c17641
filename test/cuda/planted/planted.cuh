// Makes two kernels of a template: `planted_name` has the mistake, `sound_name` has not.
#pragma once

#include "planted.h"
#include "ptx.h"

#define LACUNA_PLANTED(name)                                         \
  LACUNA_KERNEL(planted_##name, PlantedParams, kPlantedThreads, 1) { \
    name<true>(p);                                                   \
  }                                                                  \
  LACUNA_KERNEL(sound_##name, PlantedParams, kPlantedThreads, 1) {   \
    name<false>(p);                                                  \
  }

namespace lacuna::kernels {

struct PlantedTile {
  alignas(16) float of[kPlantedThreads];
};

}  // namespace lacuna::kernels
