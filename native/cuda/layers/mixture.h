// The routed experts of one layer: choose, sort by expert, run each expert once over its tokens,
// add up.
#pragma once

#include "combine_experts.h"
#include "cuda/layers/feed_forward.h"
#include "cuda/layers/forms.h"
#include "cuda/layers/product_kernels.h"
#include "cuda/weights/device_weights.h"
#include "expert_order.h"
#include "router.h"

namespace lacuna::cuda {

struct MixtureScratch {
  // Empty with 0 rows.
  MixtureScratch(Arena& arena, const ModelConfig& config, const ModelForms& forms, size_t rows);

  DeviceBuffer router_logits;   // [rows, experts]
  DeviceBuffer chosen;          // [rows, experts_used]
  DeviceBuffer chosen_weights;  // [rows, experts_used]
  DeviceBuffer tiles, tile_count, order;
  DeviceBuffer gate, up;  // [rows * experts_used, expert_ff]
  Activations inner;      // of the same shape
  DeviceBuffer down;      // [rows * experts_used, hidden]
};

class Mixture {
 public:
  // All must outlive it.
  Mixture(const KernelLibrary& library, const Products& products, const Gate& gate,
          const ModelConfig& config, MixtureScratch scratch);

  // Chooses experts for normed [rows, hidden].
  void choose(const Stream& stream, ProductShape shape, const DeviceExperts& w, const Rows& normed,
              size_t rows) const;

  // normed [rows, hidden] → out [rows, hidden]: what the chosen experts say that have a slot.
  // `slot_of_expert` [experts] tells which; null: all, in order. `counts` [experts] (or null) grows
  // by the choices.
  void run(const Stream& stream, ProductShape shape, const DeviceExperts& w, const Rows& normed,
           size_t rows, const int32_t* slot_of_expert, uint32_t* counts, float* out) const;

  // Of the last `choose`, [rows, experts_used].
  const DeviceBuffer& chosen() const { return scratch_.chosen; }
  const DeviceBuffer& weights() const { return scratch_.chosen_weights; }

 private:
  const Products& products_;
  const Gate& gate_;
  const ModelConfig& config_;
  const MixtureScratch scratch_;
  const Kernel<kernels::RouteTokensParams> route_;
  const Kernel<kernels::SortByExpertParams> sort_;
  const Kernel<kernels::CombineExpertsParams> combine_;
};

}  // namespace lacuna::cuda
