#include "gather_rows.h"

#include "vectors.cuh"

namespace lacuna::kernels {

LACUNA_KERNEL(gather_rows, GatherRowsParams, kGatherRowsThreads, 4) {
  const uint32_t i = blockIdx.x * kGatherRowsColumns + threadIdx.x * 4;
  const bool aligned = p.columns % 4 == 0 && p.x_stride % 4 == 0;
  const uint32_t row = load(p.rows + blockIdx.y);
  float x[4];
  load4(p.x + static_cast<uint64_t>(row) * p.x_stride, i, p.columns, aligned, x);
  store4(p.out + static_cast<uint64_t>(blockIdx.y) * p.columns, i, p.columns, aligned, x);
}

}  // namespace lacuna::kernels
