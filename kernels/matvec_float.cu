// Weights that are floats, times floats: a warp for each row.
#include "matvec.h"

#include "float_formats.cuh"
#include "reduce.cuh"
#include "vectors.cuh"
#include "work_tile.cuh"

namespace lacuna::kernels {
namespace {

// Sixteen bytes of weights a lane and step, kAhead steps on their way at once.
constexpr uint32_t kAhead = 4;

// The rows of x and of the result that a block's tokens are; the same for all its threads.
struct TokenRows {
  const float* source[kMatvecTokens];
  uint32_t result[kMatvecTokens];
};

template <class Format>
LACUNA_DEVICE void add_vectors(const typename Format::Type* row, uint32_t columns,
                               const TokenRows& rows, uint32_t tokens,
                               float (&sums)[kMatvecTokens]) {
  constexpr uint32_t kEach = 16 / sizeof(typename Format::Type), kStep = kEach * kWarp;
  for (uint32_t begin = lane_index() * kEach; begin < columns; begin += kAhead * kStep) {
    Bytes16 w[kAhead];
    LACUNA_UNROLL
    for (uint32_t a = 0; a < kAhead; ++a) {
      const uint32_t i = begin + a * kStep;
      w[a] = i < columns ? load_streamed(reinterpret_cast<const Bytes16*>(row + i)) : Bytes16{};
    }
    LACUNA_UNROLL
    for (uint32_t t = 0; t < kMatvecTokens; ++t) {
      if (t >= tokens) break;
      LACUNA_UNROLL
      for (uint32_t a = 0; a < kAhead; ++a) {
        const uint32_t i = begin + a * kStep;
        LACUNA_UNROLL
        for (uint32_t j = 0; j < kEach; j += 4) {
          float y[4];
          load4(rows.source[t], i + j, columns, true, y);
          LACUNA_UNROLL
          for (uint32_t k = 0; k < 4; ++k) sums[t] += Format::value(w[a].word, j + k) * y[k];
        }
      }
    }
  }
}

template <class Format>
LACUNA_DEVICE void add_singles(const typename Format::Type* row, uint32_t columns,
                               const TokenRows& rows, uint32_t tokens,
                               float (&sums)[kMatvecTokens]) {
  for (uint32_t i = lane_index(); i < columns; i += kWarp) {
    const float w = Format::value(load(row + i));
    LACUNA_UNROLL
    for (uint32_t t = 0; t < kMatvecTokens; ++t) {
      if (t >= tokens) break;
      sums[t] += w * load(rows.source[t] + i);
    }
  }
}

template <class Format>
LACUNA_DEVICE void matvec_float(const ProductFloatParams& p) {
  using Type = typename Format::Type;
  const uint32_t row = blockIdx.x * kMatvecFloatRows + warp_index();
  const WorkTile tile = tile_of_block(p.work, p.tokens, kMatvecTokens);
  const uint32_t tokens = tile.count;
  if (tokens == 0 || row >= p.rows) return;
  const auto* matrix = reinterpret_cast<const Type*>(
      static_cast<const uint8_t*>(p.weights[blockIdx.z]) + tile.matrix * p.stride);
  const auto* weights = matrix + static_cast<uint64_t>(row) * p.columns;
  TokenRows rows;
  LACUNA_UNROLL
  for (uint32_t t = 0; t < kMatvecTokens; ++t) {
    if (t >= tokens) break;
    rows.result[t] = result_row(p.work, tile, t);
    rows.source[t] = p.x + static_cast<uint64_t>(source_row(p.work, rows.result[t])) * p.x_stride;
  }
  float sums[kMatvecTokens] = {};
  if (p.columns % (16 / sizeof(Type)) == 0 && p.stride % 16 == 0 && p.x_stride % 4 == 0) {
    add_vectors<Format>(weights, p.columns, rows, tokens, sums);
  } else {
    add_singles<Format>(weights, p.columns, rows, tokens, sums);
  }
  LACUNA_UNROLL
  for (uint32_t t = 0; t < kMatvecTokens; ++t) {
    if (t >= tokens) break;
    const float sum = warp_sum(sums[t]);
    if (lane_index() == 0) {
      store(p.out[blockIdx.z] + static_cast<uint64_t>(rows.result[t]) * p.out_stride + row, sum);
    }
  }
}

}  // namespace

LACUNA_KERNEL(matvec_f32, ProductFloatParams, kMatvecThreads, 4) {
  matvec_float<F32>(p);
}
LACUNA_KERNEL(matvec_f16, ProductFloatParams, kMatvecThreads, 4) {
  matvec_float<F16>(p);
}
LACUNA_KERNEL(matvec_bf16, ProductFloatParams, kMatvecThreads, 4) {
  matvec_float<BF16>(p);
}

}  // namespace lacuna::kernels
