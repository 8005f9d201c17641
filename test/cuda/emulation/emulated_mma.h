// Tensor cores and ldmatrix for the emulated device: every lane's registers are laid out as the
// matrix they stand for, and each lane computes its own four results.
#pragma once

#include "execution.h"

namespace lacuna::kernels {

// The value of one 8-bit float, 4 exponent and 3 fraction bits, no infinities.
LACUNA_DEVICE float e4m3_to_float(uint8_t bits) {
  const int exponent = bits >> 3 & 15, fraction = bits & 7;
  if ((bits & 0x7f) == 0x7f) return NAN;
  const float magnitude = exponent == 0
                              ? std::ldexp(static_cast<float>(fraction), -9)
                              : std::ldexp(static_cast<float>(8 + fraction), exponent - 10);
  return bits & 0x80 ? -magnitude : magnitude;
}

namespace detail {

struct Fragments {
  uint32_t a[4];
  uint32_t b[2];
};

// Spreads one lane's share of a row or column, `low` and `high` being four words apart, over it;
// `Element` has kPerWord elements in a word and reads the one at an index.
template <class Element, class Value>
LACUNA_DEVICE void spread(uint32_t low, uint32_t high, uint32_t t, Value* out) {
  for (uint32_t i = 0; i < Element::kPerWord; ++i) {
    out[t * Element::kPerWord + i] = Element::at(low, i);
    out[(t + 4) * Element::kPerWord + i] = Element::at(high, i);
  }
}

template <class Element, class OfColumns = Element, class Sum>
LACUNA_DEVICE void mma(const char* what, Sum (&d)[4], const uint32_t (&a)[4],
                       const uint32_t (&b)[2], Site site) {
  constexpr uint32_t kDepth = 8 * Element::kPerWord;
  const Fragments mine{{a[0], a[1], a[2], a[3]}, {b[0], b[1]}};
  const std::byte* all = emu::exchange(what, &mine, sizeof(mine), site);
  Sum rows[2][kDepth], columns[2][kDepth];
  for (uint32_t t = 0; t < 4; ++t) {
    const auto of_rows = of_lane<Fragments>(all, lane_index() / 4 * 4 + t);
    for (uint32_t i = 0; i < 2; ++i) {
      spread<Element>(of_rows.a[i], of_rows.a[2 + i], t, rows[i]);
      const auto of_column = of_lane<Fragments>(all, (lane_index() % 4 * 2 + i) * 4 + t);
      spread<OfColumns>(of_column.b[0], of_column.b[1], t, columns[i]);
    }
  }
  for (uint32_t i = 0; i < 4; ++i) {
    for (uint32_t k = 0; k < kDepth; ++k) d[i] += rows[i / 2][k] * columns[i % 2][k];
  }
}

struct F16Element {
  static constexpr uint32_t kPerWord = 2;
  static float at(uint32_t word, uint32_t i) {
    return f16_to_f32(static_cast<uint16_t>(word >> 16 * i));
  }
};
struct Bf16Element {
  static constexpr uint32_t kPerWord = 2;
  static float at(uint32_t word, uint32_t i) {
    return bf16_to_f32(static_cast<uint16_t>(word >> 16 * i));
  }
};
struct Tf32Element {
  static constexpr uint32_t kPerWord = 1;
  static float at(uint32_t word, uint32_t) { return bits_to_f32(word & ~0x1fffu); }
};
struct S8Element {
  static constexpr uint32_t kPerWord = 4;
  static int32_t at(uint32_t word, uint32_t i) { return static_cast<int8_t>(word >> 8 * i); }
};
struct U8Element {
  static constexpr uint32_t kPerWord = 4;
  static int32_t at(uint32_t word, uint32_t i) { return static_cast<uint8_t>(word >> 8 * i); }
};
struct E4m3Element {
  static constexpr uint32_t kPerWord = 4;
  static float at(uint32_t word, uint32_t i) {
    return e4m3_to_float(static_cast<uint8_t>(word >> 8 * i));
  }
};

struct MatrixRow {
  uint16_t halves[8];
};

// The row that this lane gives, read here so that a sanitizer sees who reads it; then what the lane
// holds of each matrix.
template <int matrices, bool transposed>
LACUNA_DEVICE void load_matrices(const char* what, uint32_t (&r)[matrices], const void* row,
                                 Site site) {
  MatrixRow mine{};
  if (lane_index() < 8 * matrices) {
    emu::check_shared(row, 16, site);
    std::memcpy(&mine, row, sizeof(mine));
  }
  const std::byte* all = emu::exchange(what, &mine, sizeof(mine), site);
  const uint32_t first = lane_index() / 4, second = lane_index() % 4 * 2;
  for (uint32_t m = 0; m < matrices; ++m) {
    uint32_t halves[2];
    for (uint32_t i = 0; i < 2; ++i) {
      const uint32_t from_row = transposed ? second + i : first;
      const uint32_t column = transposed ? first : second + i;
      halves[i] = of_lane<MatrixRow>(all, 8 * m + from_row).halves[column];
    }
    r[m] = halves[0] | halves[1] << 16;
  }
}

}  // namespace detail

LACUNA_DEVICE void mma_f16(float (&d)[4], const uint32_t (&a)[4],
                           const uint32_t (&b)[2] LACUNA_SITE) {
  detail::mma<detail::F16Element>("mma_f16", d, a, b, site);
}
LACUNA_DEVICE void mma_bf16(float (&d)[4], const uint32_t (&a)[4],
                            const uint32_t (&b)[2] LACUNA_SITE) {
  detail::mma<detail::Bf16Element>("mma_bf16", d, a, b, site);
}
LACUNA_DEVICE void mma_tf32(float (&d)[4], const uint32_t (&a)[4],
                            const uint32_t (&b)[2] LACUNA_SITE) {
  detail::mma<detail::Tf32Element>("mma_tf32", d, a, b, site);
}
LACUNA_DEVICE void mma_s8(int32_t (&d)[4], const uint32_t (&a)[4],
                          const uint32_t (&b)[2] LACUNA_SITE) {
  detail::mma<detail::S8Element>("mma_s8", d, a, b, site);
}
LACUNA_DEVICE void mma_s8_u8(int32_t (&d)[4], const uint32_t (&a)[4],
                             const uint32_t (&b)[2] LACUNA_SITE) {
  detail::mma<detail::S8Element, detail::U8Element>("mma_s8_u8", d, a, b, site);
}
// With half the depth: zeros in the other half.
LACUNA_DEVICE void mma_s8(int32_t (&d)[4], const uint32_t (&a)[2],
                          const uint32_t (&b)[1] LACUNA_SITE) {
  const uint32_t all_a[4] = {a[0], a[1], 0, 0}, all_b[2] = {b[0], 0};
  detail::mma<detail::S8Element>("mma_s8 k16", d, all_a, all_b, site);
}
LACUNA_DEVICE void mma_s8_u8(int32_t (&d)[4], const uint32_t (&a)[2],
                             const uint32_t (&b)[1] LACUNA_SITE) {
  const uint32_t all_a[4] = {a[0], a[1], 0, 0}, all_b[2] = {b[0], 0};
  detail::mma<detail::S8Element, detail::U8Element>("mma_s8_u8 k16", d, all_a, all_b, site);
}
LACUNA_DEVICE bool has_mma_e4m3() {
  return emu::has_mma_e4m3();
}
LACUNA_DEVICE void mma_e4m3(float (&d)[4], const uint32_t (&a)[4],
                            const uint32_t (&b)[2] LACUNA_SITE) {
  detail::mma<detail::E4m3Element>("mma_e4m3", d, a, b, site);
}

LACUNA_DEVICE void load_matrices(uint32_t (&r)[4], const void* row LACUNA_SITE) {
  detail::load_matrices<4, false>("load_matrices x4", r, row, site);
}
LACUNA_DEVICE void load_matrices_transposed(uint32_t (&r)[4], const void* row LACUNA_SITE) {
  detail::load_matrices<4, true>("load_matrices_transposed x4", r, row, site);
}
LACUNA_DEVICE void load_matrices(uint32_t (&r)[2], const void* row LACUNA_SITE) {
  detail::load_matrices<2, false>("load_matrices x2", r, row, site);
}
LACUNA_DEVICE void load_matrices_transposed(uint32_t (&r)[2], const void* row LACUNA_SITE) {
  detail::load_matrices<2, true>("load_matrices_transposed x2", r, row, site);
}

}  // namespace lacuna::kernels
