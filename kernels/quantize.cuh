// Floats to 16-bit fixed point.
#pragma once

#include "int16_rows.h"
#include "ptx.h"

namespace lacuna::kernels {

// Four consecutive values a lane, eight lanes a group of 32; all lanes of the warp call it
// together. `column` is that of x[0]. Lanes with `valid` false give zeros and write nothing.
LACUNA_DEVICE void quantize_group(const float (&x)[4], const Int16Rows& out, uint32_t row,
                                  uint32_t column, uint32_t columns, bool valid LACUNA_SITE) {
  float largest = 0;
  LACUNA_UNROLL
  for (int i = 0; i < 4; ++i) largest = fmaxf(largest, fabsf(x[i]));
  LACUNA_UNROLL
  for (uint32_t mask = 1; mask < 8; mask *= 2) {
    largest = fmaxf(largest, shuffle_xor(largest, mask LACUNA_AT));
  }
  const float factor = largest > 0 ? 32767.0f / largest : 0.0f;
  uint32_t high = 0, low = 0;
  int32_t sum = 0;
  LACUNA_UNROLL
  for (int i = 0; i < 4; ++i) {
    const int32_t n = round_to_int(x[i] * factor);
    sum += n;
    high |= (static_cast<uint32_t>(n) >> 8 & 0xff) << 8 * i;
    low |= (static_cast<uint32_t>(n) & 0xff) << 8 * i;
  }
  LACUNA_UNROLL
  for (uint32_t mask = 1; mask < 8; mask *= 2) sum += shuffle_xor(sum, mask LACUNA_AT);
  if (!valid) return;
  const uint64_t at = static_cast<uint64_t>(row) * columns + column;
  store(reinterpret_cast<uint32_t*>(out.high + at), high LACUNA_AT);
  store(reinterpret_cast<uint32_t*>(out.low + at), low LACUNA_AT);
  if (column % kInt16Group == 0) {
    store(out.groups + at / kInt16Group, Int16Group{largest / 32767.0f, sum} LACUNA_AT);
  }
}

}  // namespace lacuna::kernels
