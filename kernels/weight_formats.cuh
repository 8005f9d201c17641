// GGUF's quantised weight types, taken apart 32 elements at a time: w = scale * q + offset with
// signed bytes q. The weights are read from shared memory, where they lie as in the file, at the
// same address modulo 16.
#pragma once

#include "ptx.h"

namespace lacuna::kernels {

inline constexpr uint32_t kUnit = 32;  // elements

// Of 32 weights: scale[0] of elements 0 … 15, scale[1] of 16 … 31, and the offset of all.
struct UnitScales {
  float scale[2];
  float offset;
};

// 32 weights in order: element i is byte i % 4 of q[i / 4].
struct WeightUnit : UnitScales {
  uint32_t q[8];
};

namespace detail {

LACUNA_DEVICE float shared_f16(const uint8_t* p) {
  return f16_to_float(*reinterpret_cast<const uint16_t*>(p));
}

// Words at an even address, by aligned reads.
template <int n>
LACUNA_DEVICE void read_words(const uint8_t* p, uint32_t* out) {
  const auto skew = static_cast<uint32_t>(reinterpret_cast<uintptr_t>(p) & 2);
  const auto* words = reinterpret_cast<const uint32_t*>(p - skew);
  const uint32_t selector = skew == 0 ? 0x3210 : 0x5432;
  uint32_t low = words[0];
  LACUNA_UNROLL
  for (int i = 0; i < n; ++i) {
    // The last word's second half is needed only where the address is skewed.
    const uint32_t high = i + 1 < n || skew != 0 ? words[i + 1] : 0;
    out[i] = permute_bytes(low, high, selector);
    low = high;
  }
}

// One word, or four at a multiple of 16.
template <int n>
LACUNA_DEVICE void read_aligned(const uint8_t* p, uint32_t* out) {
  static_assert(n == 1 || n == 4);
  if constexpr (n == 1) {
    *out = *reinterpret_cast<const uint32_t*>(p);
  } else {
    const Bytes16 v = *reinterpret_cast<const Bytes16*>(p);
    LACUNA_UNROLL
    for (int i = 0; i < 4; ++i) out[i] = v.word[i];
  }
}

// 4 n bytes as 8 n bytes below 16: the low nibbles first.
template <int n>
LACUNA_DEVICE void spread_nibbles(const uint32_t* packed, uint32_t* q) {
  LACUNA_UNROLL
  for (int i = 0; i < n; ++i) {
    q[i] = packed[i] & 0x0f0f0f0f;
    q[i + n] = packed[i] >> 4 & 0x0f0f0f0f;
  }
}

// Bits 0 … 3, as 16 in bytes 0 … 3: multiplied, the four copies do not meet.
LACUNA_DEVICE uint32_t spread_fifth_bits(uint32_t bits) {
  return (bits & 15) * 0x02040810u & 0x10101010u;
}

// Words t … t + n - 1 of both halves of 32 numbers below 32: nibbles, their fifth bits before them.
template <int n>
LACUNA_DEVICE void read_five_bits(const uint8_t* p, uint32_t t, uint32_t* q) {
  uint32_t bits, packed[n];
  read_words<1>(p, &bits);
  read_words<n>(p + 4 + 4 * t, packed);
  spread_nibbles<n>(packed, q);
  bits >>= 4 * t;
  LACUNA_UNROLL
  for (int i = 0; i < n; ++i) {
    q[i] |= spread_fifth_bits(bits >> 4 * i);
    q[i + n] |= spread_fifth_bits(bits >> (4 * i + 16));
  }
}

// d * scale and -dmin * minimum of group `g` of a Q4_K or Q5_K block, both exact.
LACUNA_DEVICE UnitScales k_scales(const uint8_t* block, uint32_t g) {
  const uint8_t* packed = block + 4;
  uint32_t scale, minimum;
  if (g < 4) {
    scale = packed[g] & 63;
    minimum = packed[g + 4] & 63;
  } else {
    scale = (packed[g + 4] & 15) | (packed[g - 4] >> 6) << 4;
    minimum = (packed[g + 4] >> 4) | (packed[g] >> 6) << 4;
  }
  const float d = shared_f16(block) * static_cast<float>(scale);
  return {{d, d}, -(shared_f16(block + 2) * static_cast<float>(minimum))};
}

// The nibbles of group `g` of a Q4_K or Q5_K block: words t … t + n - 1 of both halves.
template <int n>
LACUNA_DEVICE void read_k_nibbles(const uint8_t* nibbles, uint32_t g, uint32_t t, uint32_t* q) {
  const uint8_t* begin = nibbles + g / 2 * 32 + 4 * t;
  read_aligned<n>(begin, q);
  read_aligned<n>(begin + 16, q + n);
  LACUNA_UNROLL
  for (int i = 0; i < 2 * n; ++i) q[i] = q[i] >> g % 2 * 4 & 0x0f0f0f0f;
}

}  // namespace detail

// Each format: elements and bytes of a block; whether units have an offset, and two scales;
// `scales` of unit u of the row that begins at `row`; and `words`, into q the unit's words
// t … t + n - 1 and 4 + t … 4 + t + n - 1: all eight with n = 4 and t = 0, with n = 1 the two that
// lane t of four has in a tensor core's fragment.

struct Q4_0 {
  static constexpr uint32_t kBlock = 32, kBlockBytes = 18;
  static constexpr bool kOffset = true, kTwoScales = false;
  template <int n>
  LACUNA_DEVICE void words(const uint8_t* row, uint32_t u, uint32_t t, uint32_t* q) {
    uint32_t packed[n];
    detail::read_words<n>(row + u * kBlockBytes + 2 + 4 * t, packed);
    detail::spread_nibbles<n>(packed, q);
  }
  LACUNA_DEVICE UnitScales scales(const uint8_t* row, uint32_t u) {
    const float d = detail::shared_f16(row + u * kBlockBytes);
    return {{d, d}, -8.0f * d};
  }
};

struct Q5_0 {
  static constexpr uint32_t kBlock = 32, kBlockBytes = 22;
  static constexpr bool kOffset = true, kTwoScales = false;
  template <int n>
  LACUNA_DEVICE void words(const uint8_t* row, uint32_t u, uint32_t t, uint32_t* q) {
    detail::read_five_bits<n>(row + u * kBlockBytes + 2, t, q);
  }
  LACUNA_DEVICE UnitScales scales(const uint8_t* row, uint32_t u) {
    const float d = detail::shared_f16(row + u * kBlockBytes);
    return {{d, d}, -16.0f * d};
  }
};

struct Q5_1 {
  static constexpr uint32_t kBlock = 32, kBlockBytes = 24;
  static constexpr bool kOffset = true, kTwoScales = false;
  template <int n>
  LACUNA_DEVICE void words(const uint8_t* row, uint32_t u, uint32_t t, uint32_t* q) {
    detail::read_five_bits<n>(row + u * kBlockBytes + 4, t, q);
  }
  LACUNA_DEVICE UnitScales scales(const uint8_t* row, uint32_t u) {
    const uint8_t* block = row + u * kBlockBytes;
    const float d = detail::shared_f16(block);
    return {{d, d}, detail::shared_f16(block + 2)};
  }
};

struct Q8_0 {
  static constexpr uint32_t kBlock = 32, kBlockBytes = 34;
  static constexpr bool kOffset = false, kTwoScales = false;
  template <int n>
  LACUNA_DEVICE void words(const uint8_t* row, uint32_t u, uint32_t t, uint32_t* q) {
    const uint8_t* begin = row + u * kBlockBytes + 2 + 4 * t;
    detail::read_words<n>(begin, q);
    detail::read_words<n>(begin + 16, q + n);
  }
  LACUNA_DEVICE UnitScales scales(const uint8_t* row, uint32_t u) {
    const float d = detail::shared_f16(row + u * kBlockBytes);
    return {{d, d}, 0};
  }
};

struct IQ4_NL {
  static constexpr uint32_t kBlock = 32, kBlockBytes = 18;
  static constexpr bool kOffset = false, kTwoScales = false;
  template <int n>
  LACUNA_DEVICE void words(const uint8_t* row, uint32_t u, uint32_t t, uint32_t* q) {
    // The sixteen values as bytes: -127 -104 -83 -65 -49 -35 -22 -10 1 13 25 38 53 69 89 113.
    constexpr uint32_t kValues[4] = {0xbfad9881u, 0xf6eaddcfu, 0x26190d01u, 0x71594535u};
    uint32_t packed[n];
    detail::read_words<n>(row + u * kBlockBytes + 2 + 4 * t, packed);
    LACUNA_UNROLL
    for (int i = 0; i < n; ++i) {
      // Four nibbles at a time are a selector; their top bits choose between the halves of the
      // table.
      uint32_t values[2];
      LACUNA_UNROLL
      for (int h = 0; h < 2; ++h) {
        const uint32_t nibbles = packed[i] >> 16 * h & 0xffff;
        const uint32_t lower = permute_bytes(kValues[0], kValues[1], nibbles & 0x7777);
        const uint32_t upper = permute_bytes(kValues[2], kValues[3], nibbles & 0x7777);
        values[h] = permute_bytes(lower, upper, 0x3210 + (nibbles >> 1 & 0x4444));
      }
      q[i] = permute_bytes(values[0], values[1], 0x6420);
      q[i + n] = permute_bytes(values[0], values[1], 0x7531);
    }
  }
  LACUNA_DEVICE UnitScales scales(const uint8_t* row, uint32_t u) {
    const float d = detail::shared_f16(row + u * kBlockBytes);
    return {{d, d}, 0};
  }
};

struct Q4_K {
  static constexpr uint32_t kBlock = 256, kBlockBytes = 144;
  static constexpr bool kOffset = true, kTwoScales = false;
  template <int n>
  LACUNA_DEVICE void words(const uint8_t* row, uint32_t u, uint32_t t, uint32_t* q) {
    detail::read_k_nibbles<n>(row + u / 8 * kBlockBytes + 16, u % 8, t, q);
  }
  LACUNA_DEVICE UnitScales scales(const uint8_t* row, uint32_t u) {
    return detail::k_scales(row + u / 8 * kBlockBytes, u % 8);
  }
};

struct Q5_K {
  static constexpr uint32_t kBlock = 256, kBlockBytes = 176;
  static constexpr bool kOffset = true, kTwoScales = false;
  template <int n>
  LACUNA_DEVICE void words(const uint8_t* row, uint32_t u, uint32_t t, uint32_t* q) {
    const uint32_t g = u % 8;
    const uint8_t* block = row + u / 8 * kBlockBytes;
    uint32_t high[2 * n];
    detail::read_aligned<n>(block + 16 + 4 * t, high);
    detail::read_aligned<n>(block + 32 + 4 * t, high + n);
    detail::read_k_nibbles<n>(block + 48, g, t, q);
    LACUNA_UNROLL
    for (int i = 0; i < 2 * n; ++i) q[i] |= (high[i] >> g & 0x01010101) << 4;
  }
  LACUNA_DEVICE UnitScales scales(const uint8_t* row, uint32_t u) {
    return detail::k_scales(row + u / 8 * kBlockBytes, u % 8);
  }
};

struct Q6_K {
  static constexpr uint32_t kBlock = 256, kBlockBytes = 210;
  static constexpr bool kOffset = false, kTwoScales = true;
  template <int n>
  LACUNA_DEVICE void words(const uint8_t* row, uint32_t u, uint32_t t, uint32_t* q) {
    const uint32_t half = u % 8 / 4, part = u % 4;
    const uint8_t* block = row + u / 8 * kBlockBytes;
    const uint8_t* nibbles = block + half * 64 + part % 2 * 32 + 4 * t;
    const uint8_t* pairs = block + 128 + half * 32 + 4 * t;
    uint32_t high[2 * n];
    detail::read_words<n>(nibbles, q);
    detail::read_words<n>(nibbles + 16, q + n);
    detail::read_words<n>(pairs, high);
    detail::read_words<n>(pairs + 16, high + n);
    LACUNA_UNROLL
    for (int i = 0; i < 2 * n; ++i) {
      q[i] = (q[i] >> part / 2 * 4 & 0x0f0f0f0f) | (high[i] >> part * 2 & 0x03030303) << 4;
      q[i] = ((q[i] | 0x80808080) - 0x20202020) ^ 0x80808080;  // less 32 in each byte
    }
  }
  LACUNA_DEVICE UnitScales scales(const uint8_t* row, uint32_t u) {
    const uint8_t* block = row + u / 8 * kBlockBytes;
    const float d = detail::shared_f16(block + 208);
    const auto* scales = reinterpret_cast<const int8_t*>(block + 192 + u % 8 * 2);
    return {{d * static_cast<float>(scales[0]), d * static_cast<float>(scales[1])}, 0};
  }
};

// All of unit u of the row that begins at `row`.
template <class Format>
LACUNA_DEVICE WeightUnit read_unit(const uint8_t* row, uint32_t u) {
  WeightUnit unit{Format::scales(row, u), {}};
  Format::template words<4>(row, u, 0, unit.q);
  return unit;
}

// Bytes of `units` units; whole blocks, where a block has several.
template <class Format>
LACUNA_DEVICE constexpr uint32_t bytes_of_units(uint32_t units) {
  return units * kUnit / Format::kBlock * Format::kBlockBytes;
}

}  // namespace lacuna::kernels
