#include "cuda/layers/norms.h"

#include <utility>

#include "cuda/driver/launch.h"

namespace lacuna::cuda {

Norms::Norms(const KernelLibrary& library, float epsilon)
    : epsilon_(epsilon), rms_norm_(library, "rms_norm"), quantize_(library, "quantize_rows") {}

void Norms::add_and_norm(const Stream& stream, float* x, const float* first, const float* second,
                         const float* weight, size_t rows, const Rows& out) const {
  if (first == nullptr) std::swap(first, second);
  rms_norm_.launch(stream, {static_cast<uint32_t>(rows)}, kernels::kRmsNormThreads, 0,
                   {.x = x,
                    .addends = {first, second},
                    .weight = weight,
                    .out = out.floats,
                    .rows = out.fixed,
                    .columns = out.columns,
                    .x_stride = out.columns,
                    .epsilon = epsilon_});
}

void Norms::fix(const Stream& stream, const float* x, size_t rows, const Rows& out) const {
  if (out.fixed.high == nullptr) return;
  const cuda::Grid grid{blocks_for(out.columns, kernels::kQuantizeRowsColumns),
                        static_cast<uint32_t>(rows)};
  quantize_.launch(stream, grid, kernels::kQuantizeRowsThreads, 0,
                   {x, out.fixed, out.columns, out.columns});
}

}  // namespace lacuna::cuda
