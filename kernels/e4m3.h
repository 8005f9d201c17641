// Weights as 8-bit floats (e4m3fn: 4 bits of exponent, 3 of mantissa, no infinity) with a scale for
// each 128 × 128 of them, as DeepSeek-V3's own checkpoints have them: weight = e4m3 * scale. Times
// floats. Shared by kernels and host.
#pragma once

#include "work_list.h"

namespace lacuna::kernels {

inline constexpr uint32_t kE4m3Scale = 128;  // rows and columns that share a scale

// `matvec_e4m3`, for few tokens: block (x, y, z) does rows kMatvecE4m3Rows * x … of
// kMatvecE4m3Tokens tokens, or of tile y, with matrix z of the two. A token's result does not
// depend on the others. No dynamic shared memory.
inline constexpr uint32_t kMatvecE4m3Threads = 128;
inline constexpr uint32_t kMatvecE4m3Rows = kMatvecE4m3Threads / 32;
inline constexpr uint32_t kMatvecE4m3Tokens = 8;

// `gemm_e4m3`, for many, on tensor cores, which have the weights as they are and each activation as
// two bf16, 16 bits of it: the same with rows kGemmE4m3Rows * x … and tiles of kGemmE4m3Tokens.
inline constexpr uint32_t kGemmE4m3Threads = 256;
inline constexpr uint32_t kGemmE4m3Rows = 64;
inline constexpr uint32_t kGemmE4m3Tokens = 64;

// out[i] = weights · x[i], or by entries of the work list.
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
