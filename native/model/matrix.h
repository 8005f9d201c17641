// Views of weights: nothing is owned, nothing is copied.
#pragma once

#include <cstddef>
#include <cstdint>

#include "format/tensor_type.h"

namespace lacuna {

// A weight matrix, rows × columns, each row contiguous and made of whole quantisation blocks.
struct Matrix {
  const std::byte* data = nullptr;
  TensorType type = TensorType::kF32;
  size_t rows = 0;
  size_t columns = 0;
  size_t row_bytes = 0;

  const std::byte* row(size_t r) const { return data + r * row_bytes; }
  size_t bytes() const { return rows * row_bytes; }
  bool empty() const { return data == nullptr; }
};

// `count` matrices of one shape, `stride` bytes apart: the experts of a layer, or the heads of a
// projection.
struct MatrixStack {
  Matrix first;
  size_t count = 0;
  size_t stride = 0;

  Matrix operator[](size_t i) const {
    Matrix m = first;
    m.data += i * stride;
    return m;
  }
};

}  // namespace lacuna
