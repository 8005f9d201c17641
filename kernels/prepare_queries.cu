#include "prepare_queries.h"

#include "quantize.cuh"
#include "rotate.cuh"

namespace lacuna::kernels {

// Four values a lane of the nope part, then of the rope part.
LACUNA_KERNEL(prepare_queries, PrepareQueriesParams, kPrepareQueriesThreads, 8) {
  static_assert(kMlaMostNope <= 4 * kWarp && kMlaMostRope <= 4 * kWarp);
  const uint32_t row = blockIdx.y, head = blockIdx.x * kPrepareQueriesHeads + warp_index();
  if (head >= p.heads) return;
  const uint32_t row_of_head = row * p.heads + head, i = lane_index() * 4;
  float* q = p.q + static_cast<uint64_t>(row_of_head) * (p.nope_dim + p.rope_dim);

  float x[4];
  load4(q, i, p.nope_dim, true, x);
  LACUNA_UNROLL
  for (int j = 0; j < 4; ++j) x[j] *= p.scale;
  store4(q, i, p.nope_dim, true, x);
  if (p.nope.high != nullptr) {
    quantize_group(x, p.nope, row_of_head, i, p.nope_dim, i < p.nope_dim);
  }

  if (i >= p.rope_dim) return;
  float* rope = q + p.nope_dim;
  load4(rope, i, p.rope_dim, true, x);
  rotate4(p.at, row, p.rope_dim, i, x);
  LACUNA_UNROLL
  for (int j = 0; j < 4; ++j) x[j] *= p.scale;
  store4(rope, i, p.rope_dim, true, x);
}

}  // namespace lacuna::kernels
