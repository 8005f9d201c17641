// Weights that are floats, times floats: a warp for each row.
#include "matvec.h"

#include "float_formats.cuh"
#include "reduce.cuh"
#include "vectors.cuh"

namespace lacuna::kernels {
namespace {

// Sixteen bytes of weights a lane and step, kAhead steps on their way at once.
constexpr uint32_t kAhead = 4;

template <class Format>
LACUNA_DEVICE void add_vectors(const MatvecFloatParams& p, const typename Format::Type* row,
                               uint32_t first_token, uint32_t tokens,
                               float (&sums)[kMatvecTokens]) {
  constexpr uint32_t kEach = 16 / sizeof(typename Format::Type), kStep = kEach * kWarp;
  for (uint32_t begin = lane_index() * kEach; begin < p.columns; begin += kAhead * kStep) {
    Bytes16 w[kAhead];
    LACUNA_UNROLL
    for (uint32_t a = 0; a < kAhead; ++a) {
      const uint32_t i = begin + a * kStep;
      w[a] = i < p.columns ? load_streamed(reinterpret_cast<const Bytes16*>(row + i)) : Bytes16{};
    }
    LACUNA_UNROLL
    for (uint32_t t = 0; t < kMatvecTokens; ++t) {
      if (t >= tokens) break;
      const float* x = p.x + static_cast<uint64_t>(first_token + t) * p.x_stride;
      LACUNA_UNROLL
      for (uint32_t a = 0; a < kAhead; ++a) {
        const uint32_t i = begin + a * kStep;
        LACUNA_UNROLL
        for (uint32_t j = 0; j < kEach; j += 4) {
          float y[4];
          load4(x, i + j, p.columns, true, y);
          LACUNA_UNROLL
          for (uint32_t k = 0; k < 4; ++k) sums[t] += Format::value(w[a].word, j + k) * y[k];
        }
      }
    }
  }
}

template <class Format>
LACUNA_DEVICE void add_singles(const MatvecFloatParams& p, const typename Format::Type* row,
                               uint32_t first_token, uint32_t tokens,
                               float (&sums)[kMatvecTokens]) {
  for (uint32_t i = lane_index(); i < p.columns; i += kWarp) {
    const float w = Format::value(load(row + i));
    LACUNA_UNROLL
    for (uint32_t t = 0; t < kMatvecTokens; ++t) {
      if (t >= tokens) break;
      sums[t] += w * load(p.x + static_cast<uint64_t>(first_token + t) * p.x_stride + i);
    }
  }
}

template <class Format>
LACUNA_DEVICE void matvec_float(const MatvecFloatParams& p) {
  constexpr uint32_t kEach = 16 / sizeof(typename Format::Type);
  const uint32_t row = blockIdx.x * (kMatvecThreads / kWarp) + warp_index();
  const uint32_t first_token = blockIdx.y * kMatvecTokens;
  const uint32_t left = p.tokens - first_token;
  const uint32_t tokens = left < kMatvecTokens ? left : kMatvecTokens;
  if (row >= p.rows) return;
  const auto* weights =
      static_cast<const typename Format::Type*>(p.weights) + static_cast<uint64_t>(row) * p.columns;
  float sums[kMatvecTokens] = {};
  if (p.columns % kEach == 0 && p.x_stride % 4 == 0) {
    add_vectors<Format>(p, weights, first_token, tokens, sums);
  } else {
    add_singles<Format>(p, weights, first_token, tokens, sums);
  }
  LACUNA_UNROLL
  for (uint32_t t = 0; t < kMatvecTokens; ++t) {
    if (t >= tokens) break;
    const float sum = warp_sum(sums[t]);
    if (lane_index() == 0) {
      store(p.out + static_cast<uint64_t>(first_token + t) * p.out_stride + row, sum);
    }
  }
}

}  // namespace

LACUNA_KERNEL(matvec_f32, MatvecFloatParams, kMatvecThreads, 4) {
  matvec_float<F32>(p);
}
LACUNA_KERNEL(matvec_f16, MatvecFloatParams, kMatvecThreads, 4) {
  matvec_float<F16>(p);
}
LACUNA_KERNEL(matvec_bf16, MatvecFloatParams, kMatvecThreads, 4) {
  matvec_float<BF16>(p);
}

}  // namespace lacuna::kernels
