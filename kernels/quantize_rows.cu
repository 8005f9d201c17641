#include "quantize_rows.h"

#include "quantize.cuh"
#include "vectors.cuh"

namespace lacuna::kernels {

LACUNA_KERNEL(quantize_rows, QuantizeRowsParams, kQuantizeRowsThreads, 4) {
  const uint32_t row = blockIdx.y, i = blockIdx.x * kQuantizeRowsColumns + threadIdx.x * 4;
  float x[4];
  load4(p.x + static_cast<uint64_t>(row) * p.x_stride, i, p.columns, p.x_stride % 4 == 0, x);
  quantize_group(x, p.rows, row, i, p.columns, i < p.columns);
}

}  // namespace lacuna::kernels
