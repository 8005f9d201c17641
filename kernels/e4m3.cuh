// 8-bit floats, taken apart.
#pragma once

#include "e4m3.h"
#include "ptx.h"

namespace lacuna::kernels {

// What halves of `e4m3_halves` are to be multiplied by.
inline constexpr float kE4m3Factor = 256;

// Four of them as pairs of halves, 2^-8 of what they stand for: the same bits, with an exponent
// whose bias is 15 and not 7. Exact, subnormal ones too.
LACUNA_DEVICE void e4m3_halves(uint32_t four, uint32_t (&halves)[2]) {
  LACUNA_UNROLL
  for (uint32_t i = 0; i < 2; ++i) {
    const uint32_t spread = permute_bytes(four, 0, i == 0 ? 0x1404 : 0x3424);
    halves[i] = (spread & 0x80008000u) | (spread & 0x7f007f00u) >> 1;
  }
}

LACUNA_DEVICE float lower_half(uint32_t halves) {
  return f16_to_float(static_cast<uint16_t>(halves));
}
LACUNA_DEVICE float upper_half(uint32_t halves) {
  return f16_to_float(static_cast<uint16_t>(halves >> 16));
}

// Where matrix `matrix` of weights z begins, and its scales.
LACUNA_DEVICE const uint8_t* e4m3_weights(const E4m3Params& p, uint32_t matrix) {
  return p.weights[blockIdx.z] + static_cast<uint64_t>(matrix) * p.rows * p.columns;
}
// Scales of row `row` of the matrix.
LACUNA_DEVICE const float* e4m3_scales(const E4m3Params& p, uint32_t matrix, uint32_t row) {
  const uint32_t down = (p.rows + kE4m3Block - 1) / kE4m3Block;
  const uint32_t across = (p.columns + kE4m3Block - 1) / kE4m3Block;
  return p.scales[blockIdx.z] + (static_cast<uint64_t>(matrix) * down + row / kE4m3Block) * across;
}

}  // namespace lacuna::kernels
