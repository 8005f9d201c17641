#include "cpu/linear.h"

#include <algorithm>
#include <cstdint>

namespace lacuna::cpu {
namespace {

// Multiply-adds below which waking the other threads costs more than it saves.
constexpr size_t kWorthSharing = 1 << 14;

bool is_plain_float(const Matrix& w) {
  return w.type == TensorType::kF32 && reinterpret_cast<uintptr_t>(w.data) % alignof(float) == 0;
}

}  // namespace

void multiply_row_block(const Kernels& kernels, const Matrix& w, size_t first, size_t last,
                        const float* x, size_t x_stride, size_t tokens, float* out,
                        size_t out_stride, float* rows_scratch) {
  const float* rows = rows_scratch;
  if (is_plain_float(w)) {
    rows = reinterpret_cast<const float*>(w.row(first));
  } else {
    // Rows are contiguous and made of whole blocks, so they unpack in one call.
    kernels.dequantize_row(w.type)(w.row(first), rows_scratch, (last - first) * w.columns);
  }
  kernels.multiply(x, x_stride, tokens, rows, w.columns, last - first, w.columns, out, out_stride);
}

void multiply_matrix(const Kernels& kernels, const Matrix& w, const float* x, size_t x_stride,
                     size_t tokens, float* out, size_t out_stride, float* rows_scratch) {
  for (size_t first = 0; first < w.rows; first += kRowBlock) {
    const size_t last = std::min(first + kRowBlock, w.rows);
    multiply_row_block(kernels, w, first, last, x, x_stride, tokens, out + first, out_stride,
                       rows_scratch);
  }
}

void linear(ThreadPool& pool, const Kernels& kernels, const Matrix& w, const float* x,
            size_t tokens, float* out, float* scratch, size_t scratch_stride) {
  if (w.rows * w.columns * tokens < kWorthSharing) {
    multiply_matrix(kernels, w, x, w.columns, tokens, out, w.rows, scratch);
    return;
  }
  pool.run(row_blocks(w.rows), [&](size_t first_block, size_t last_block, size_t thread) {
    for (size_t block = first_block; block < last_block; ++block) {
      const size_t first = block * kRowBlock, last = std::min(first + kRowBlock, w.rows);
      multiply_row_block(kernels, w, first, last, x, w.columns, tokens, out + first, w.rows,
                         scratch + thread * scratch_stride);
    }
  });
}

}  // namespace lacuna::cpu
