#include "rms_norm.h"

#include "quantize.cuh"
#include "reduce.cuh"
#include "vectors.cuh"

namespace lacuna::kernels {

LACUNA_KERNEL(rms_norm, RmsNormParams, kRmsNormThreads, 2) {
  constexpr uint32_t kStep = 4 * kRmsNormThreads, kSteps = kRmsNormMostColumns / kStep;
  const uint32_t row = blockIdx.x, n = p.columns;
  const bool aligned = n % 4 == 0 && p.x_stride % 4 == 0;
  float* x_row = p.x + static_cast<uint64_t>(row) * p.x_stride;
  const uint64_t begin = static_cast<uint64_t>(row) * n;

  float x[kSteps][4];
  float squares = 0;
  LACUNA_UNROLL
  for (uint32_t s = 0; s < kSteps; ++s) {
    const uint32_t i = s * kStep + threadIdx.x * 4;
    load4(x_row, i, n, aligned, x[s]);
    LACUNA_UNROLL
    for (uint32_t a = 0; a < kRmsNormAddends; ++a) {
      if (p.addends[a] == nullptr) continue;
      float y[4];
      load4(p.addends[a] + begin, i, n, aligned, y);
      LACUNA_UNROLL
      for (int j = 0; j < 4; ++j) x[s][j] += y[j];
    }
    if (p.addends[0] != nullptr) store4(x_row, i, n, aligned, x[s]);
    LACUNA_UNROLL
    for (int j = 0; j < 4; ++j) squares += x[s][j] * x[s][j];
  }

  const float mean = block_sum(squares, shared_memory<BlockScratch>()) / static_cast<float>(n);
  const float factor = 1.0f / sqrtf(mean + p.epsilon);
  LACUNA_UNROLL
  for (uint32_t s = 0; s < kSteps; ++s) {
    if (s * kStep >= n) break;
    const uint32_t i = s * kStep + threadIdx.x * 4;
    float w[4];
    load4(p.weight, i, n, aligned, w);
    LACUNA_UNROLL
    for (int j = 0; j < 4; ++j) w[j] *= x[s][j] * factor;
    if (p.out != nullptr) store4(p.out + begin, i, n, aligned, w);
    if (p.rows.high != nullptr) quantize_group(w, p.rows, row, i, n, i < n);
  }
}

}  // namespace lacuna::kernels
