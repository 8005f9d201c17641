#include "silu_multiply.h"

#include "expert_placement.cuh"
#include "quantize.cuh"
#include "vectors.cuh"

namespace lacuna::kernels {

LACUNA_KERNEL(silu_multiply, SiluMultiplyParams, kSiluMultiplyThreads, 4) {
  const uint32_t row = blockIdx.y, i = blockIdx.x * kSiluMultiplyColumns + threadIdx.x * 4;
  if (!is_on_device(p.placement, row)) return;
  const uint64_t begin = static_cast<uint64_t>(row) * p.columns;
  const bool aligned = p.columns % 4 == 0;
  float gate[4], up[4];
  load4(p.gate + begin, i, p.columns, aligned, gate);
  load4(p.up + begin, i, p.columns, aligned, up);
  LACUNA_UNROLL
  for (int j = 0; j < 4; ++j) up[j] *= gate[j] / (1.0f + expf(-gate[j]));
  if (p.out != nullptr) store4(p.out + begin, i, p.columns, aligned, up);
  if (p.rows.high != nullptr) quantize_group(up, p.rows, row, i, p.columns, i < p.columns);
}

}  // namespace lacuna::kernels
