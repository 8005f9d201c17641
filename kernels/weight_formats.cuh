// GGUF's quantised weight types, taken apart 32 elements at a time: w = scale * q + offset with
// signed bytes q. The weights are read from shared memory, where they lie as in the file, at the
// same address modulo 16.
#pragma once

#include "ptx.h"

namespace lacuna::kernels {

inline constexpr uint32_t kUnit = 32;  // elements

// 32 weights in order: element i is byte i % 4 of q[i / 4].
struct WeightUnit {
  uint32_t q[8];
  float scale[2];  // of elements 0 … 15 and 16 … 31
  float offset;    // of all
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

// Words at a multiple of 16.
template <int n>
LACUNA_DEVICE void read_aligned(const uint8_t* p, uint32_t* out) {
  LACUNA_UNROLL
  for (int i = 0; i < n / 4; ++i) {
    const Bytes16 v = reinterpret_cast<const Bytes16*>(p)[i];
    LACUNA_UNROLL
    for (int j = 0; j < 4; ++j) out[4 * i + j] = v.word[j];
  }
}

// Sixteen bytes as 32 bytes below 16: the low nibbles first.
LACUNA_DEVICE void spread_nibbles(const uint32_t* packed, uint32_t* q) {
  LACUNA_UNROLL
  for (int i = 0; i < 4; ++i) {
    q[i] = packed[i] & 0x0f0f0f0f;
    q[i + 4] = packed[i] >> 4 & 0x0f0f0f0f;
  }
}

// Adds 16 to byte i % 4 of q[i / 4] where bit i of `bits` is set.
LACUNA_DEVICE void add_fifth_bits(uint32_t bits, uint32_t* q) {
  LACUNA_UNROLL
  for (int i = 0; i < 8; ++i) {
    const uint32_t four = bits >> 4 * i & 15;
    // Bit j to bit 8 j + 4: multiplied, the four copies do not meet.
    q[i] |= four * 0x02040810u & 0x10101010u;
  }
}

// d * scale and -dmin * minimum of group `g` of a Q4_K or Q5_K block, both exact.
LACUNA_DEVICE void k_scale(const uint8_t* block, uint32_t g, WeightUnit& unit) {
  const uint8_t* packed = block + 4;
  uint32_t scale, minimum;
  if (g < 4) {
    scale = packed[g] & 63;
    minimum = packed[g + 4] & 63;
  } else {
    scale = (packed[g + 4] & 15) | (packed[g - 4] >> 6) << 4;
    minimum = (packed[g + 4] >> 4) | (packed[g] >> 6) << 4;
  }
  unit.scale[0] = unit.scale[1] = shared_f16(block) * static_cast<float>(scale);
  unit.offset = -(shared_f16(block + 2) * static_cast<float>(minimum));
}

}  // namespace detail

// Each format: elements and bytes of a block, and `read`, which takes apart unit u of the row that
// begins at `row`.

struct Q4_0 {
  static constexpr uint32_t kBlock = 32, kBlockBytes = 18;
  LACUNA_DEVICE WeightUnit read(const uint8_t* row, uint32_t u) {
    const uint8_t* block = row + u * kBlockBytes;
    uint32_t packed[4];
    detail::read_words<4>(block + 2, packed);
    WeightUnit unit;
    detail::spread_nibbles(packed, unit.q);
    unit.scale[0] = unit.scale[1] = detail::shared_f16(block);
    unit.offset = -8.0f * unit.scale[0];
    return unit;
  }
};

struct Q5_0 {
  static constexpr uint32_t kBlock = 32, kBlockBytes = 22;
  LACUNA_DEVICE WeightUnit read(const uint8_t* row, uint32_t u) {
    const uint8_t* block = row + u * kBlockBytes;
    uint32_t words[5];
    detail::read_words<5>(block + 2, words);
    WeightUnit unit;
    detail::spread_nibbles(words + 1, unit.q);
    detail::add_fifth_bits(words[0], unit.q);
    unit.scale[0] = unit.scale[1] = detail::shared_f16(block);
    unit.offset = -16.0f * unit.scale[0];
    return unit;
  }
};

struct Q5_1 {
  static constexpr uint32_t kBlock = 32, kBlockBytes = 24;
  LACUNA_DEVICE WeightUnit read(const uint8_t* row, uint32_t u) {
    const uint8_t* block = row + u * kBlockBytes;
    uint32_t words[5];
    detail::read_words<5>(block + 4, words);
    WeightUnit unit;
    detail::spread_nibbles(words + 1, unit.q);
    detail::add_fifth_bits(words[0], unit.q);
    unit.scale[0] = unit.scale[1] = detail::shared_f16(block);
    unit.offset = detail::shared_f16(block + 2);
    return unit;
  }
};

struct Q8_0 {
  static constexpr uint32_t kBlock = 32, kBlockBytes = 34;
  LACUNA_DEVICE WeightUnit read(const uint8_t* row, uint32_t u) {
    const uint8_t* block = row + u * kBlockBytes;
    WeightUnit unit;
    detail::read_words<8>(block + 2, unit.q);
    unit.scale[0] = unit.scale[1] = detail::shared_f16(block);
    unit.offset = 0;
    return unit;
  }
};

struct IQ4_NL {
  static constexpr uint32_t kBlock = 32, kBlockBytes = 18;
  LACUNA_DEVICE WeightUnit read(const uint8_t* row, uint32_t u) {
    // The sixteen values as bytes: -127 -104 -83 -65 -49 -35 -22 -10 1 13 25 38 53 69 89 113.
    constexpr uint32_t kValues[4] = {0xbfad9881u, 0xf6eaddcfu, 0x26190d01u, 0x71594535u};
    const uint8_t* block = row + u * kBlockBytes;
    uint32_t packed[4];
    detail::read_words<4>(block + 2, packed);
    WeightUnit unit;
    LACUNA_UNROLL
    for (int i = 0; i < 4; ++i) {
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
      unit.q[i] = permute_bytes(values[0], values[1], 0x6420);
      unit.q[i + 4] = permute_bytes(values[0], values[1], 0x7531);
    }
    unit.scale[0] = unit.scale[1] = detail::shared_f16(block);
    unit.offset = 0;
    return unit;
  }
};

struct Q4_K {
  static constexpr uint32_t kBlock = 256, kBlockBytes = 144;
  LACUNA_DEVICE WeightUnit read(const uint8_t* row, uint32_t u) {
    const uint32_t g = u % 8;
    const uint8_t* block = row + u / 8 * kBlockBytes;
    WeightUnit unit;
    detail::read_aligned<8>(block + 16 + g / 2 * 32, unit.q);
    LACUNA_UNROLL
    for (int i = 0; i < 8; ++i) unit.q[i] = unit.q[i] >> g % 2 * 4 & 0x0f0f0f0f;
    detail::k_scale(block, g, unit);
    return unit;
  }
};

struct Q5_K {
  static constexpr uint32_t kBlock = 256, kBlockBytes = 176;
  LACUNA_DEVICE WeightUnit read(const uint8_t* row, uint32_t u) {
    const uint32_t g = u % 8;
    const uint8_t* block = row + u / 8 * kBlockBytes;
    WeightUnit unit;
    uint32_t high[8];
    detail::read_aligned<8>(block + 16, high);
    detail::read_aligned<8>(block + 48 + g / 2 * 32, unit.q);
    LACUNA_UNROLL
    for (int i = 0; i < 8; ++i) {
      unit.q[i] = (unit.q[i] >> g % 2 * 4 & 0x0f0f0f0f) | (high[i] >> g & 0x01010101) << 4;
    }
    detail::k_scale(block, g, unit);
    return unit;
  }
};

struct Q6_K {
  static constexpr uint32_t kBlock = 256, kBlockBytes = 210;
  LACUNA_DEVICE WeightUnit read(const uint8_t* row, uint32_t u) {
    const uint32_t half = u % 8 / 4, part = u % 4;
    const uint8_t* block = row + u / 8 * kBlockBytes;
    WeightUnit unit;
    uint32_t high[8];
    detail::read_words<8>(block + half * 64 + part % 2 * 32, unit.q);
    detail::read_words<8>(block + 128 + half * 32, high);
    LACUNA_UNROLL
    for (int i = 0; i < 8; ++i) {
      const uint32_t q =
          (unit.q[i] >> part / 2 * 4 & 0x0f0f0f0f) | (high[i] >> part * 2 & 0x03030303) << 4;
      unit.q[i] = ((q | 0x80808080) - 0x20202020) ^ 0x80808080;  // q - 32 in each byte
    }
    const float d = detail::shared_f16(block + 208);
    const auto* scales = reinterpret_cast<const int8_t*>(block + 192 + half * 8 + part * 2);
    unit.scale[0] = d * static_cast<float>(scales[0]);
    unit.scale[1] = d * static_cast<float>(scales[1]);
    unit.offset = 0;
    return unit;
  }
};

// Bytes of `units` units; whole blocks, where a block has several.
template <class Format>
LACUNA_DEVICE constexpr uint32_t bytes_of_units(uint32_t units) {
  return units * kUnit / Format::kBlock * Format::kBlockBytes;
}

}  // namespace lacuna::kernels
