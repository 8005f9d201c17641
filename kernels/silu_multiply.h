// Between the products of a gated MLP: silu(gate) * up, silu(x) = x / (1 + exp(-x)). Shared by
// kernels and host.
#pragma once

#include "expert_order.h"
#include "int16_rows.h"

namespace lacuna::kernels {

inline constexpr uint32_t kSiluMultiplyThreads = 256;
inline constexpr uint32_t kSiluMultiplyColumns = 4 * kSiluMultiplyThreads;  // of one block

// Kernel `silu_multiply`: block (x, y) does columns kSiluMultiplyColumns * x … of row y.
struct SiluMultiplyParams {
  const float* gate;  // [rows, columns]; begins at a multiple of 16, like `up` and `out`
  const float* up;    // [rows, columns]
  float* out;         // [rows, columns], or null; may be `gate` or `up`
  Int16Rows rows;     // [rows, columns], or null: then columns may be odd
  uint32_t columns;
  ExpertPlacement placement;  // null slots: all rows; else rows are entries, others are left alone
};

}  // namespace lacuna::kernels
