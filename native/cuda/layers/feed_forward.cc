#include "cuda/layers/feed_forward.h"

#include <algorithm>

#include "cuda/driver/launch.h"

namespace lacuna::cuda {

void Gate::run(const Stream& stream, const DeviceBuffer& gate, const DeviceBuffer& up, size_t rows,
               const kernels::ExpertPlacement& placement, const Rows& out) const {
  const Grid grid{blocks_for(out.columns, kernels::kSiluMultiplyColumns),
                  static_cast<uint32_t>(rows)};
  kernel_.launch(stream, grid, kernels::kSiluMultiplyThreads, 0,
                 {gate.as<const float>(), up.as<const float>(), out.floats, out.fixed, out.columns,
                  placement});
}

FeedForwardScratch::FeedForwardScratch(Arena& arena, const ModelConfig& config,
                                       const ModelForms& forms, size_t rows) {
  const size_t width = std::max(config.dense_ff, config.shared_ff);
  gate = arena.take_array<float>(rows * width);
  up = arena.take_array<float>(rows * width);
  inner = Activations(arena, rows, width, forms.inner);
}

void FeedForward::run(const Stream& stream, ProductShape shape, const DeviceFeedForward& w,
                      const Rows& normed, size_t rows, float* out) const {
  products_.run_pair(stream, shape, w.gate, w.up, normed, rows, scratch_.gate.as<float>(),
                     scratch_.up.as<float>());
  // The widths of dense and shared layers differ; rows lie close together in either.
  const Rows inner = scratch_.inner.rows(w.gate.rows);
  gate_.run(stream, scratch_.gate, scratch_.up, rows, {}, inner);
  products_.run(stream, shape, w.down, inner, rows, out);
}

}  // namespace lacuna::cuda
