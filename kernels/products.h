// What every product of weights and activations is given, for few tokens (matvec.h) and for many
// (gemm.h): out[i, r] = row r of the weights · the row of x that belongs to i. Shared by kernels
// and host.
//
// Block (x, y, z) does some rows x of some tokens y, or of tile y of the work list, with weights[z]
// into out[z]: gate and up take one launch. How many rows and tokens is said beside each kernel's
// name. No result depends on the other tokens of a launch.
#pragma once

#include "int16_rows.h"
#include "work_list.h"

namespace lacuna::kernels {

// For kernels of quantised types, `…_q4_0`, `…_q5_0`, `…_q5_1`, `…_q8_0`, `…_iq4_nl`, `…_q4_k`,
// `…_q5_k`, `…_q6_k`.
struct ProductParams {
  // A matrix, or the stack's first one: [rows, row_bytes], GGUF's blocks. Each begins at a multiple
  // of 2, of 16 for q4_k and q5_k.
  const uint8_t* weights[2];
  float* out[2];        // [tokens, or what entries name, out_stride]
  uint64_t stride;      // bytes from a matrix of the stack to the next, aligned as `weights` are
  uint32_t row_bytes;   // of columns / block elements whole blocks
  uint32_t rows;        // of one matrix, any
  uint32_t columns;     // a multiple of 32, or of 256 for the K types
  uint32_t tokens;      // where there is no work list
  uint32_t out_stride;  // ≥ rows
  Int16Rows x;          // [x rows, columns]
  WorkList work;
};

// For kernels of types that are floats, `…_f32`, `…_f16`, `…_bf16`.
struct ProductFloatParams {
  // A matrix, or the stack's first one: [rows, columns]. Each begins at a multiple of 16.
  const void* weights[2];
  float* out[2];        // [tokens, or what entries name, out_stride]
  uint64_t stride;      // bytes from a matrix of the stack to the next, a multiple of 2, 4 for f32
  uint32_t rows;        // of one matrix, any
  uint32_t columns;     // any; multiples of 8 and strides that are multiples of 16 are faster
  uint32_t tokens;      // where there is no work list
  uint32_t out_stride;  // ≥ rows
  const float* x;       // [x rows, x_stride], begins at a multiple of 16
  uint32_t x_stride;    // ≥ columns; multiples of 4 are faster
  WorkList work;
};

}  // namespace lacuna::kernels
