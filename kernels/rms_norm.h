// RMSNorm of rows, with the additions to the residual stream that come before it. Shared by kernels
// and host.
#pragma once

#include "int16_rows.h"

namespace lacuna::kernels {

inline constexpr uint32_t kRmsNormThreads = 256;
inline constexpr uint32_t kRmsNormMostColumns = 8192;  // a row stays in registers
inline constexpr uint32_t kRmsNormAddends = 2;

// Kernel `rms_norm`, one block a row: x += addends; then x / sqrt(mean(x²) + epsilon) * weight into
// `out` and into `rows`.
struct RmsNormParams {
  float* x;  // [rows, x_stride]; written only if something is added
  const float*
      addends[kRmsNormAddends];  // [rows, columns] each, or null; the second after the first
  const float* weight;           // [columns]
  float* out;                    // [rows, columns], or null
  Int16Rows rows;                // or null: then columns may be odd
  uint32_t columns;              // 1 … kRmsNormMostColumns
  uint32_t x_stride;
  float epsilon;
};

}  // namespace lacuna::kernels
