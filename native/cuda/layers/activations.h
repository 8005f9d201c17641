// Rows of activations on the device, in the forms that products take them.
#pragma once

#include "cuda/driver/arena.h"
#include "int16_rows.h"

namespace lacuna::cuda {

// What the weights that a row meets ask for: floats for weights that are floats, 16-bit fixed point
// for quantised ones.
struct Forms {
  bool floats = false;
  bool fixed = false;

  Forms operator|(const Forms& other) const {
    return {floats || other.floats, fixed || other.fixed};
  }
};

// A view of rows of `columns` values; a form that is not there is null.
struct Rows {
  float* floats;
  uint32_t stride;  // of floats
  kernels::Int16Rows fixed;
  uint32_t columns;
};

class Activations {
 public:
  Activations() = default;
  // [rows, columns]; columns are a multiple of kInt16Group where the fixed form is wanted.
  Activations(Arena& arena, size_t rows, size_t columns, Forms forms);

  Rows rows() const { return rows(columns_); }
  // Shorter rows, close together in the same memory.
  Rows rows(size_t columns) const;

 private:
  size_t columns_ = 0;
  Forms forms_;
  DeviceBuffer floats_, high_, low_, groups_;
};

}  // namespace lacuna::cuda
