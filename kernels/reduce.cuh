// Sums and maxima over a warp and over a block, in an order that never changes.
#pragma once

#include "ptx.h"

namespace lacuna::kernels {

// The sum over the warp's lanes, in every lane.
LACUNA_DEVICE float warp_sum(float x LACUNA_SITE) {
  LACUNA_UNROLL
  for (uint32_t mask = kWarp / 2; mask > 0; mask /= 2) x += shuffle_xor(x, mask LACUNA_AT);
  return x;
}

LACUNA_DEVICE float warp_max(float x LACUNA_SITE) {
  LACUNA_UNROLL
  for (uint32_t mask = kWarp / 2; mask > 0; mask /= 2) {
    x = fmaxf(x, shuffle_xor(x, mask LACUNA_AT));
  }
  return x;
}

// The sum and the maximum over the block's threads, in every thread. `scratch` is shared; it may be
// used again after the next barrier.
struct BlockScratch {
  float warps[32];
};

LACUNA_DEVICE float block_sum(float x, BlockScratch& scratch LACUNA_SITE) {
  const float of_warp = warp_sum(x LACUNA_AT);
  if (lane_index() == 0) scratch.warps[warp_index()] = of_warp;
  block_barrier(LACUNA_ONLY_AT);
  const uint32_t warps = blockDim.x / kWarp;
  return warp_sum(lane_index() < warps ? scratch.warps[lane_index()] : 0.0f LACUNA_AT);
}

LACUNA_DEVICE float block_max(float x, BlockScratch& scratch LACUNA_SITE) {
  const float of_warp = warp_max(x LACUNA_AT);
  if (lane_index() == 0) scratch.warps[warp_index()] = of_warp;
  block_barrier(LACUNA_ONLY_AT);
  const uint32_t warps = blockDim.x / kWarp;
  return warp_max(scratch.warps[lane_index() < warps ? lane_index() : 0] LACUNA_AT);
}

}  // namespace lacuna::kernels
