// Weight blocks as unsigned bytes with a scale and an offset: w = scale * q + offset, 0 ≤ q ≤ 255.
// This is the form that vpdpbusd multiplies. `static`: no copy may leave the VNNI object files.
#pragma once

#include <immintrin.h>

#include <cstdint>
#include <cstring>

#include "format/quant_blocks.h"

namespace lacuna::cpu::vnni {

static inline __m128i load16(const void* bytes) {
  return _mm_loadu_si128(static_cast<const __m128i*>(bytes));
}
static inline __m256i load32(const void* bytes) {
  return _mm256_loadu_si256(static_cast<const __m256i*>(bytes));
}

// Sixteen packed bytes as 32 nibbles in order.
static inline __m256i unpack_nibbles(const uint8_t* qs) {
  const __m128i packed = load16(qs);
  return _mm256_and_si256(_mm256_set_m128i(_mm_srli_epi16(packed, 4), packed),
                          _mm256_set1_epi8(15));
}

// `q` with 16 added in the bytes whose bit of `qh` is set.
static inline __m256i add_fifth_bits(__m256i q, const uint8_t* qh) {
  uint32_t bits;
  std::memcpy(&bits, qh, sizeof(bits));
  return _mm256_mask_add_epi8(q, bits, q, _mm256_set1_epi8(16));
}

// Formats of 32-element blocks. `half(b)` is the f16 scale; the offset is kBias times the scale, or
// an f16 of its own.
struct Q4_0 {
  using Block = BlockQ4_0;
  static constexpr int kBits = 4;
  static constexpr float kBias = -8;
  static constexpr bool kHasMinimum = false;
  static __m256i unpack(const Block& b) { return unpack_nibbles(b.qs); }
};

struct Q5_0 {
  using Block = BlockQ5_0;
  static constexpr int kBits = 5;
  static constexpr float kBias = -16;
  static constexpr bool kHasMinimum = false;
  static __m256i unpack(const Block& b) { return add_fifth_bits(unpack_nibbles(b.qs), b.qh); }
};

struct Q5_1 {
  using Block = BlockQ5_1;
  static constexpr int kBits = 5;
  static constexpr float kBias = 0;
  static constexpr bool kHasMinimum = true;
  static __m256i unpack(const Block& b) { return add_fifth_bits(unpack_nibbles(b.qs), b.qh); }
};

struct Q8_0 {
  using Block = BlockQ8_0;
  static constexpr float kBias = -128;
  static constexpr bool kHasMinimum = false;
  static __m256i unpack(const Block& b) {
    return _mm256_xor_si256(load32(b.qs), _mm256_set1_epi8(-128));
  }
};

struct IQ4_NL {
  using Block = BlockIQ4_NL;
  static constexpr float kBias = -128;
  static constexpr bool kHasMinimum = false;
  static __m256i unpack(const Block& b) {
    const __m128i values = _mm_xor_si128(load16(kIQ4_NLValues), _mm_set1_epi8(-128));
    return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(values), unpack_nibbles(b.qs));
  }
};

// Eight floats: scale * d and -minimum * dmin of a Q4_K or Q5_K block's groups.
static inline void k_scales(const uint8_t* packed, uint16_t d, uint16_t dmin, __m256* scales,
                            __m256* offsets) {
  uint32_t words[3];
  std::memcpy(words, packed, sizeof(words));
  const uint64_t low_scales = words[0] & 0x3f3f3f3fu;
  const uint64_t low_minima = words[1] & 0x3f3f3f3fu;
  const uint64_t high_scales = (words[2] & 0x0f0f0f0fu) | (words[0] >> 6 & 0x03030303u) << 4;
  const uint64_t high_minima = (words[2] >> 4 & 0x0f0f0f0fu) | (words[1] >> 6 & 0x03030303u) << 4;
  const auto widen = [](uint64_t low, uint64_t high) {
    return _mm256_cvtepi32_ps(
        _mm256_cvtepu8_epi32(_mm_cvtsi64_si128(static_cast<int64_t>(low | high << 32))));
  };
  const __m128 halves =
      _mm_cvtph_ps(_mm_cvtsi32_si128(static_cast<int32_t>(d | static_cast<uint32_t>(dmin) << 16)));
  *scales = _mm256_mul_ps(widen(low_scales, high_scales), _mm256_broadcastss_ps(halves));
  const __m256 minus_dmin =
      _mm256_xor_ps(_mm256_broadcastss_ps(_mm_movehdup_ps(halves)), _mm256_set1_ps(-0.0f));
  *offsets = _mm256_mul_ps(widen(low_minima, high_minima), minus_dmin);
}

// Formats of 256-element blocks with eight groups of 32. `unpack(b, j)` gives elements 64 j … 64 j
// + 63.
struct Q4_K {
  using Block = BlockQ4_K;
  static constexpr int kBits = 4;
  static __m512i unpack(const Block& b, int j) {
    const __m256i packed = load32(b.qs + 32 * j), mask = _mm256_set1_epi8(15);
    return _mm512_inserti64x4(_mm512_castsi256_si512(_mm256_and_si256(packed, mask)),
                              _mm256_and_si256(_mm256_srli_epi16(packed, 4), mask), 1);
  }
};

struct Q5_K {
  using Block = BlockQ5_K;
  static constexpr int kBits = 5;
  static __m512i unpack(const Block& b, int j) {
    const __m256i packed = load32(b.qs + 32 * j), mask = _mm256_set1_epi8(15), high = load32(b.qh);
    const __m256i sixteen = _mm256_set1_epi8(16);
    // Bit 2j (2j + 1) of each byte of qh, moved to bit 4.
    const __m256i first = _mm256_and_si256(
        _mm256_slli_epi16(_mm256_srl_epi16(high, _mm_cvtsi32_si128(2 * j)), 4), sixteen);
    const __m256i second = _mm256_and_si256(
        _mm256_slli_epi16(_mm256_srl_epi16(high, _mm_cvtsi32_si128(2 * j + 1)), 4), sixteen);
    return _mm512_inserti64x4(
        _mm512_castsi256_si512(_mm256_or_si256(_mm256_and_si256(packed, mask), first)),
        _mm256_or_si256(_mm256_and_si256(_mm256_srli_epi16(packed, 4), mask), second), 1);
  }
};

// Q6_K, sixteen groups of 16: elements 128 h … 128 h + 127 in two registers.
static inline void unpack_q6_k(const BlockQ6_K& b, int h, __m512i* first, __m512i* second) {
  const __m512i low = _mm512_loadu_si512(b.ql + 64 * h);
  const __m256i high = load32(b.qh + 32 * h);
  const __m512i nibble = _mm512_set1_epi8(15), two_bits = _mm512_set1_epi8(0x30);
  // Bits 0-1 belong to elements 0 … 31, 2-3 to 32 … 63, 4-5 to 64 … 95, 6-7 to 96 … 127.
  const __m512i high01 = _mm512_inserti64x4(_mm512_castsi256_si512(_mm256_slli_epi16(high, 4)),
                                            _mm256_slli_epi16(high, 2), 1);
  const __m512i high23 =
      _mm512_inserti64x4(_mm512_castsi256_si512(high), _mm256_srli_epi16(high, 2), 1);
  *first = _mm512_or_si512(_mm512_and_si512(low, nibble), _mm512_and_si512(high01, two_bits));
  *second = _mm512_or_si512(_mm512_and_si512(_mm512_srli_epi16(low, 4), nibble),
                            _mm512_and_si512(high23, two_bits));
}

}  // namespace lacuna::cpu::vnni
