// A block's part of the work list, or of all tokens where there is none.
#pragma once

#include "ptx.h"
#include "work_list.h"

namespace lacuna::kernels {

// Block blockIdx.y's tile, of at most `most` of `tokens` rows where there is no list. Its count is
// 0 where the block has nothing to do, for all threads of the block alike.
LACUNA_DEVICE WorkTile tile_of_block(const WorkList& work, uint32_t tokens,
                                     uint32_t most LACUNA_SITE) {
  if (work.tiles == nullptr) {
    const uint32_t first = blockIdx.y * most, left = first < tokens ? tokens - first : 0;
    return {0, first, left < most ? left : most};
  }
  if (blockIdx.y >= load_cached(work.tile_count LACUNA_AT)) return {};
  const auto* words = reinterpret_cast<const uint32_t*>(work.tiles + blockIdx.y);
  return {load_cached(words LACUNA_AT), load_cached(words + 1 LACUNA_AT),
          load_cached(words + 2 LACUNA_AT)};
}

// The row of the result that is entry i of a tile.
LACUNA_DEVICE uint32_t result_row(const WorkList& work, const WorkTile& tile,
                                  uint32_t i LACUNA_SITE) {
  const uint32_t entry = tile.first + i;
  return work.tiles == nullptr ? entry : load_cached(work.order + entry LACUNA_AT);
}

// The row of activations that row `row` of the result is computed from.
LACUNA_DEVICE uint32_t source_row(const WorkList& work, uint32_t row) {
  return work.tiles == nullptr ? row : row / work.x_share;
}

}  // namespace lacuna::kernels
