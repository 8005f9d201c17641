// A warp has a few rows, which share what it reads of the activations; a step takes 128 columns, so
// a row has one scale for it.
#include "e4m3.cuh"
#include "reduce.cuh"
#include "vectors.cuh"
#include "work_tile.cuh"

namespace lacuna::kernels {
namespace {

constexpr uint32_t kRows = kMatvecE4m3RowsPerWarp, kTokens = kMatvecE4m3Tokens;
constexpr uint32_t kStep = kE4m3Block;  // columns: four a lane
constexpr uint32_t kAhead = 4;          // steps whose weights are on their way at once
static_assert(kStep == 4 * kWarp && kE4m3Block % kRows == 0);

}  // namespace

LACUNA_KERNEL(matvec_e4m3, E4m3Params, kMatvecE4m3Threads, 4) {
  const uint32_t first_row = blockIdx.x * kMatvecE4m3Rows + warp_index() * kRows;
  const WorkTile tile = tile_of_block(p.work, p.tokens, kTokens);
  if (tile.count == 0 || first_row >= p.rows) return;
  const uint32_t left = p.rows - first_row, rows = left < kRows ? left : kRows;
  const uint8_t* weights =
      e4m3_weights(p, tile.matrix) + static_cast<uint64_t>(first_row) * p.columns;
  const float* scales = e4m3_scales(p, tile.matrix, first_row);
  uint32_t source[kTokens];
  LACUNA_UNROLL
  for (uint32_t t = 0; t < kTokens; ++t) {
    source[t] = t < tile.count ? source_row(p.work, result_row(p.work, tile, t)) : 0;
  }

  float sums[kRows][kTokens] = {};
  for (uint32_t begin = 0; begin < p.columns; begin += kAhead * kStep) {
    uint32_t four[kAhead][kRows];
    float scale[kAhead];
    LACUNA_UNROLL
    for (uint32_t a = 0; a < kAhead; ++a) {
      const uint32_t i = begin + a * kStep + lane_index() * 4;
      scale[a] = i < p.columns ? kE4m3Factor * load_cached(scales + i / kE4m3Block) : 0.0f;
      LACUNA_UNROLL
      for (uint32_t r = 0; r < kRows; ++r) {
        const bool exists = r < rows && i < p.columns;
        const uint8_t* from = weights + static_cast<uint64_t>(r) * p.columns + i;
        four[a][r] = exists ? load_cached(reinterpret_cast<const uint32_t*>(from)) : 0;
      }
    }
    LACUNA_UNROLL
    for (uint32_t a = 0; a < kAhead; ++a) {
      const uint32_t i = begin + a * kStep + lane_index() * 4;
      float w[kRows][4];
      LACUNA_UNROLL
      for (uint32_t r = 0; r < kRows; ++r) {
        uint32_t halves[2];
        e4m3_halves(four[a][r], halves);
        LACUNA_UNROLL
        for (uint32_t h = 0; h < 2; ++h) {
          w[r][2 * h] = lower_half(halves[h]);
          w[r][2 * h + 1] = upper_half(halves[h]);
        }
      }
      LACUNA_UNROLL
      for (uint32_t t = 0; t < kTokens; ++t) {
        if (t >= tile.count) break;
        float x[4];
        load4(p.x + static_cast<uint64_t>(source[t]) * p.x_stride, i, p.columns, true, x);
        LACUNA_UNROLL
        for (uint32_t r = 0; r < kRows; ++r) {
          const float sum = w[r][0] * x[0] + w[r][1] * x[1] + w[r][2] * x[2] + w[r][3] * x[3];
          sums[r][t] += scale[a] * sum;
        }
      }
    }
  }

  LACUNA_UNROLL
  for (uint32_t t = 0; t < kTokens; ++t) {
    if (t >= tile.count) break;
    float* out = p.out[blockIdx.z] +
                 static_cast<uint64_t>(result_row(p.work, tile, t)) * p.out_stride + first_row;
    LACUNA_UNROLL
    for (uint32_t r = 0; r < kRows; ++r) {
      const float sum = warp_sum(sums[r][t]);
      if (r < rows && lane_index() == r) store(out + r, sum);
    }
  }
}

}  // namespace lacuna::kernels
