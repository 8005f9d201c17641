// Queries between their projection and the attention. Shared by kernels and host.
#pragma once

#include "int16_rows.h"
#include "kv_cache.h"

namespace lacuna::kernels {

inline constexpr uint32_t kPrepareQueriesThreads = 128;
inline constexpr uint32_t kPrepareQueriesHeads = kPrepareQueriesThreads / 32;  // of one block

// Kernel `prepare_queries`, a warp a head: block (x, y) does heads kPrepareQueriesHeads * x … of
// row y. The rope part is turned by the row's angles, pair (2i, 2i + 1) by angle i, then all of it
// is scaled. As floats the nope part of all heads is what it is in q: rows of nope_dim values,
// nope_dim + rope_dim apart.
struct PrepareQueriesParams {
  float* q;        // [rows, heads, nope_dim + rope_dim], aligned to 16; changed in place
  Int16Rows nope;  // [rows * heads, nope_dim], or null; wants nope_dim to be a multiple of 32
  PassRows at;     // the angles alone
  uint32_t heads;
  uint32_t nope_dim;
  uint32_t rope_dim;
  float scale;
};

// gridDim.x
constexpr uint32_t prepare_queries_blocks(uint32_t heads) {
  return (heads + kPrepareQueriesHeads - 1) / kPrepareQueriesHeads;
}

}  // namespace lacuna::kernels
