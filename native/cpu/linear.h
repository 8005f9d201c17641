// Weight matrices of any type times float32 activations. Weights are unpacked a few rows at a time
// into a thread's scratch and used for all tokens at once.
#pragma once

#include <cstddef>

#include "cpu/kernels.h"
#include "cpu/thread_pool.h"
#include "model/matrix.h"

namespace lacuna::cpu {

// Rows that are unpacked and multiplied together: the unit by which threads share a matrix.
inline constexpr size_t kRowBlock = 16;

inline size_t row_blocks(size_t rows) {
  return (rows + kRowBlock - 1) / kRowBlock;
}

// out[t * out_stride + r - first] = row r of w · x[t], for first ≤ r < last ≤ first + kRowBlock, t
// < tokens. `rows_scratch` holds [kRowBlock, w.columns] floats.
void multiply_row_block(const Kernels& kernels, const Matrix& w, size_t first, size_t last,
                        const float* x, size_t x_stride, size_t tokens, float* out,
                        size_t out_stride, float* rows_scratch);

// All rows, on the calling thread.
void multiply_matrix(const Kernels& kernels, const Matrix& w, const float* x, size_t x_stride,
                     size_t tokens, float* out, size_t out_stride, float* rows_scratch);

// All rows, shared by the pool: x [tokens, columns] → out [tokens, rows], both dense. `scratch`
// holds [threads, scratch_stride] floats, scratch_stride ≥ kRowBlock * w.columns.
void linear(ThreadPool& pool, const Kernels& kernels, const Matrix& w, const float* x,
            size_t tokens, float* out, float* scratch, size_t scratch_stride);

}  // namespace lacuna::cpu
