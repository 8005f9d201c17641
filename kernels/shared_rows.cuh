// Rows in shared memory as right operands of tensor cores: once as rows that are multiplied with
// rows, as keys are with queries, once as rows that are added up, as values are.
#pragma once

#include "ptx.h"
#include "split_floats.cuh"

namespace lacuna::kernels {

// Rows `stride` bytes apart, aligned to 16.
struct SharedRows {
  const unsigned char* bytes;
  uint32_t stride;

  template <class Value>
  LACUNA_METHOD const Value* at(uint32_t row, uint32_t i) const {
    return reinterpret_cast<const Value*>(bytes + row * stride) + i;
  }
};

// Rows r … r + 15 of halves, values i … i + 15: operand n has rows r + 8n … as its columns.
LACUNA_DEVICE void load_keys(uint32_t (&b)[2][2], const SharedRows& rows, uint32_t r,
                             uint32_t i LACUNA_SITE) {
  const uint32_t lane = lane_index();
  uint32_t all[4];
  load_matrices(all,
                rows.at<uint16_t>(r + lane % 8 + lane / 16 * 8, i + lane / 8 % 2 * 8) LACUNA_AT);
  LACUNA_UNROLL
  for (uint32_t n = 0; n < 4; ++n) b[n / 2][n % 2] = all[n];
}

// The same rows: operand n has values i + 8n … as its columns.
LACUNA_DEVICE void load_values(uint32_t (&b)[2][2], const SharedRows& rows, uint32_t r,
                               uint32_t i LACUNA_SITE) {
  const uint32_t lane = lane_index();
  uint32_t all[4];
  load_matrices_transposed(all, rows.at<uint16_t>(r + lane % 16, i + lane / 16 * 8) LACUNA_AT);
  LACUNA_UNROLL
  for (uint32_t n = 0; n < 4; ++n) b[n / 2][n % 2] = all[n];
}

// Floats. Of eight values that are summed at once it does not matter which stands where, if both
// operands agree: here lane t takes values 2t and 2t + 1 where it would have t and t + 4, since
// they lie side by side.

// Eight values from i on of row r, r + 1, … of queries, for rows g and g + 8 of a left operand.
LACUNA_DEVICE void load_float_queries(SplitFloats<4>& a, const SharedRows& rows, uint32_t r,
                                      uint32_t i) {
  LACUNA_UNROLL
  for (uint32_t n = 0; n < 2; ++n) {
    const Bytes8 v = *rows.at<Bytes8>(r + lane_index() / 4 + n * 8, i / 2 + lane_index() % 4);
    a.set(n, bits_float(v.word[0]));
    a.set(n + 2, bits_float(v.word[1]));
  }
}

// Rows r … r + 7, eight values from i on: the rows are columns of the operand.
LACUNA_DEVICE void load_float_keys(SplitFloats<2>& b, const SharedRows& rows, uint32_t r,
                                   uint32_t i) {
  const Bytes8 v = *rows.at<Bytes8>(r + lane_index() / 4, i / 2 + lane_index() % 4);
  b.set(0, bits_float(v.word[0]));
  b.set(1, bits_float(v.word[1]));
}

}  // namespace lacuna::kernels
