// The gated MLP of dense layers and of shared experts: down(silu(gate x) * up x).
#pragma once

#include "cuda/layers/activations.h"
#include "cuda/layers/forms.h"
#include "cuda/layers/product_kernels.h"
#include "cuda/weights/device_weights.h"
#include "model/config.h"
#include "silu_multiply.h"

namespace lacuna::cuda {

// silu(gate) * up in the forms that the next product takes.
class Gate {
 public:
  Gate() = default;
  explicit Gate(const KernelLibrary& library) : kernel_(library, "silu_multiply") {}

  // gate, up [rows, out.columns] → out; of rows that are choices of experts only those placed here.
  void run(const Stream& stream, const DeviceBuffer& gate, const DeviceBuffer& up, size_t rows,
           const kernels::ExpertPlacement& placement, const Rows& out) const;

 private:
  Kernel<kernels::SiluMultiplyParams> kernel_;
};

struct FeedForwardScratch {
  FeedForwardScratch(Arena& arena, const ModelConfig& config, const ModelForms& forms, size_t rows);

  DeviceBuffer gate, up;  // [rows, the wider of dense_ff and shared_ff]
  Activations inner;      // of the same width
};

class FeedForward {
 public:
  // All must outlive it.
  FeedForward(const Products& products, const Gate& gate, FeedForwardScratch scratch)
      : products_(products), gate_(gate), scratch_(std::move(scratch)) {}

  // normed [rows, hidden] → out [rows, hidden].
  void run(const Stream& stream, ProductShape shape, const DeviceFeedForward& w, const Rows& normed,
           size_t rows, float* out) const;

 private:
  const Products& products_;
  const Gate& gate_;
  const FeedForwardScratch scratch_;
};

}  // namespace lacuna::cuda
