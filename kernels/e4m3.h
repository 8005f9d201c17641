// Weights as 8-bit floats (e4m3fn: 4 bits of exponent, 3 of mantissa, no infinity) with a scale for
// each 128 × 128 of them, as DeepSeek-V3's own checkpoints have them: weight = e4m3 * scale. Times
// floats. Shared by kernels and host.
#pragma once

#include "work_list.h"

namespace lacuna::kernels {

inline constexpr uint32_t kE4m3Block = 128;  // rows and columns that share a scale

// Kernel `matvec_e4m3`, for few tokens: block (x, y, z) does rows kMatvecE4m3Rows * x … for
// kMatvecE4m3Tokens tokens, or for tile y, with weights z. A token's result does not depend on the
// others.
inline constexpr uint32_t kMatvecE4m3Threads = 128;
inline constexpr uint32_t kMatvecE4m3RowsPerWarp = 4;
inline constexpr uint32_t kMatvecE4m3Rows = kMatvecE4m3Threads / 32 * kMatvecE4m3RowsPerWarp;
inline constexpr uint32_t kMatvecE4m3Tokens = 8;

// Kernel `gemm_e4m3`, for many, on tensor cores: the same with kGemmE4m3Rows and kGemmE4m3Tokens.
// Weights are exact there; each activation is the sum of two bf16, exact to 2^-17.
inline constexpr uint32_t kGemmE4m3Threads = 256;
inline constexpr uint32_t kGemmE4m3Rows = 64;
inline constexpr uint32_t kGemmE4m3Tokens = 64;

// out[t] = weights · x[t], or entry by entry of the work list. Neither kernel has dynamic shared
// memory. The two codes that are not a number are taken for ±480: no checkpoint has them.
struct E4m3Params {
  const uint8_t* weights[2];  // [matrices, rows, columns] each; begin at multiples of 16
  const float* scales[2];     // [matrices, ⌈rows / 128⌉, ⌈columns / 128⌉] each
  float* out[2];              // [tokens or entries, out_stride] each
  uint32_t rows;              // of one matrix
  uint32_t columns;           // a multiple of 16
  uint32_t tokens;            // without a work list
  const float* x;             // [tokens or x rows, x_stride]; begins at a multiple of 16
  uint32_t x_stride;          // a multiple of 4
  uint32_t out_stride;        // ≥ rows
  WorkList work;
};

}  // namespace lacuna::kernels
