// What a block of any gemm_ kernel has: sixteen rows of weights for each warp, all tokens of a
// tile, and the sums of their products where the tensor cores leave them.
#pragma once

#include "gemm.h"
#include "work_tile.cuh"

namespace lacuna::kernels {

inline constexpr uint32_t kGemmWarpRows = 16;
inline constexpr uint32_t kGemmTokenTiles = kGemmTokens / 8;  // of an instruction's eight tokens
// Token tiles without a branch between, so that one adds while the other waits for its products.
inline constexpr uint32_t kGemmTogether = 2;
static_assert(kGemmRows == kGemmWarpRows * kGemmThreads / kWarp);

// A lane's places in all token tiles.
using GemmSums = float[kGemmTokenTiles][4];

// Shared: the rows of x that the tile's tokens are, and those of the result.
struct GemmTokens {
  uint32_t source[kGemmTokens], result[kGemmTokens];

  // All threads come.
  LACUNA_METHOD void read(const WorkList& work, const WorkTile& tile LACUNA_SITE) {
    if (threadIdx.x < tile.count) {
      const uint32_t row = result_row(work, tile, threadIdx.x LACUNA_AT);
      source[threadIdx.x] = source_row(work, row);
      result[threadIdx.x] = row;
    }
    block_barrier(LACUNA_ONLY_AT);
  }
};

// The warp's first row of the matrix.
LACUNA_DEVICE uint32_t gemm_warp_row() {
  return blockIdx.x * kGemmRows + warp_index() * kGemmWarpRows;
}

// Eight consecutive values of each of four tokens at a time: whole sectors.
LACUNA_DEVICE void store_gemm_sums(float* out, uint32_t out_stride, uint32_t rows,
                                   const GemmTokens& tokens, uint32_t count,
                                   const GemmSums& sums LACUNA_SITE) {
  LACUNA_UNROLL
  for (uint32_t i = 0; i < kGemmTokenTiles * 4; ++i) {
    const uint32_t token = i / 4 * 8 + lane_index() % 4 * 2 + i % 2;
    const uint32_t row = gemm_warp_row() + lane_index() / 4 + i % 4 / 2 * 8;
    if (token >= count || row >= rows) continue;
    store(out + static_cast<uint64_t>(tokens.result[token]) * out_stride + row,
          sums[i / 4][i % 4] LACUNA_AT);
  }
}

}  // namespace lacuna::kernels
