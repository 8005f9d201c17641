// Rows of floats to 16-bit fixed point, where no kernel before has done it. Shared by kernels and
// host.
#pragma once

#include "int16_rows.h"

namespace lacuna::kernels {

inline constexpr uint32_t kQuantizeRowsThreads = 256;
inline constexpr uint32_t kQuantizeRowsColumns = 4 * kQuantizeRowsThreads;  // of one block

// Kernel `quantize_rows`: block (x, y) does columns kQuantizeRowsColumns * x … of row y.
struct QuantizeRowsParams {
  const float* x;    // [rows, x_stride], aligned to 16
  Int16Rows rows;    // [rows, columns]
  uint32_t columns;  // a multiple of 32
  uint32_t x_stride;
};

}  // namespace lacuna::kernels
