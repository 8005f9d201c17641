// Chosen rows side by side. Shared by kernels and host.
#pragma once

#include <stdint.h>

namespace lacuna::kernels {

inline constexpr uint32_t kGatherRowsThreads = 256;
inline constexpr uint32_t kGatherRowsColumns = 4 * kGatherRowsThreads;  // of one block

// Kernel `gather_rows`: out[i] = x[rows[i]]. Block (x, y) does columns kGatherRowsColumns * x … of
// row y.
struct GatherRowsParams {
  const float* x;        // [any, x_stride]; begins at a multiple of 16, like `out`
  const uint32_t* rows;  // [gridDim.y]
  float* out;            // [gridDim.y, columns]
  uint32_t columns;      // any
  uint32_t x_stride;     // ≥ columns
};

}  // namespace lacuna::kernels
