// Which rows of activations go through which matrix of a stack: tokens sorted by expert, or by
// head. Shared by kernels and host.
#pragma once

#include <stdint.h>

namespace lacuna::kernels {

// Entries first … first + count - 1 of the order go through matrix `matrix`.
struct alignas(4) WorkTile {
  uint32_t matrix, first, count;
};

// Entry i of `order` names a row of the result; it is computed from row order[i] / x_share of the
// activations. Null `tiles`: one matrix, all rows in order, as many to a block as it can take.
struct WorkList {
  const WorkTile* tiles;       // [gridDim.y]; each has at most as many rows as a block can take
  const uint32_t* tile_count;  // [1]: blocks beyond it have nothing to do
  const uint32_t* order;
  uint32_t x_share;  // ≥ 1: experts that share a row of activations
};

}  // namespace lacuna::kernels
