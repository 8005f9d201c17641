// RMSNorm and the forms that come after it.
#pragma once

#include "cuda/driver/kernel_library.h"
#include "cuda/layers/activations.h"
#include "quantize_rows.h"
#include "rms_norm.h"

namespace lacuna::cuda {

class Norms {
 public:
  Norms() = default;
  Norms(const KernelLibrary& library, float epsilon);

  // x [rows, out.columns] += first + second (null: nothing); then out = x normed, times weight.
  void add_and_norm(const Stream& stream, float* x, const float* first, const float* second,
                    const float* weight, size_t rows, const Rows& out) const;
  void norm(const Stream& stream, float* x, const float* weight, size_t rows,
            const Rows& out) const {
    add_and_norm(stream, x, nullptr, nullptr, weight, rows, out);
  }

  // x [rows, columns] += y.
  void add(const Stream& stream, float* x, const float* y, const float* any_weight, size_t rows,
           uint32_t columns) const {
    add_and_norm(stream, x, y, nullptr, any_weight, rows, {nullptr, columns, {}, columns});
  }

  // The fixed form of rows, if it is there, from x [rows, out.columns].
  void fix(const Stream& stream, const float* x, size_t rows, const Rows& out) const;

 private:
  float epsilon_ = 0;
  Kernel<kernels::RmsNormParams> rms_norm_;
  Kernel<kernels::QuantizeRowsParams> quantize_;
};

}  // namespace lacuna::cuda
