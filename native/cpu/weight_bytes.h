// Weight blocks as registers of bytes, the first step of every vector path: w = scale * q + offset.
// For sources that are compiled for AVX2 or more. In an anonymous namespace: no copy may leave the
// object files of its instruction set.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "format/quant_blocks.h"

namespace lacuna::cpu {
namespace {

inline __m128i load16(const void* bytes) {
  return _mm_loadu_si128(static_cast<const __m128i*>(bytes));
}
inline __m256i load32(const void* bytes) {
  return _mm256_loadu_si256(static_cast<const __m256i*>(bytes));
}

// Weights are read once and in order, but the hardware stops fetching ahead at each page. Lines are
// called into the second-level cache from far ahead and into the first from near: the first level's
// fill buffers alone cannot keep enough of them on their way. Past the last row an address is asked
// for in vain, which does no harm. Instructions by name: GCC takes a function of nothing but
// _mm_prefetch for one without effect, and may drop the call.
inline void fetch_ahead(const void* block, size_t bytes) {
  constexpr uintptr_t kNear = 1024, kFar = 4096, kLine = 64;
  const auto begin = reinterpret_cast<uintptr_t>(block);
  // The lines that begin in the block: those of all blocks are every line once.
  for (uintptr_t line = (begin + kLine - 1) & ~(kLine - 1); line < begin + bytes; line += kLine) {
    asm volatile("prefetcht0 %0" : : "m"(*reinterpret_cast<const char*>(line + kNear)));
    asm volatile("prefetcht1 %0" : : "m"(*reinterpret_cast<const char*>(line + kFar)));
  }
}

// Sixteen packed bytes as 32 nibbles in order.
inline __m256i unpack_nibbles(const uint8_t* qs) {
  const __m128i packed = load16(qs);
  return _mm256_and_si256(_mm256_set_m128i(_mm_srli_epi16(packed, 4), packed),
                          _mm256_set1_epi8(15));
}

// Bytes `q` below 16, with 16 added where the byte's bit of `qh` is set.
inline __m256i add_fifth_bits(__m256i q, const uint8_t* qh) {
  uint32_t bits;
  std::memcpy(&bits, qh, sizeof(bits));
#if defined(__AVX512BW__) && defined(__AVX512VL__)
  return _mm256_mask_add_epi8(q, bits, q, _mm256_set1_epi8(16));
#else
  const __m256i source = _mm256_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1,  //
                                          2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3);
  const __m256i bit = _mm256_set1_epi64x(static_cast<int64_t>(0x8040201008040201));
  const __m256i spread = _mm256_shuffle_epi8(_mm256_set1_epi32(static_cast<int32_t>(bits)), source);
  const __m256i set = _mm256_cmpeq_epi8(_mm256_and_si256(spread, bit), bit);
  return _mm256_or_si256(q, _mm256_and_si256(set, _mm256_set1_epi8(16)));
#endif
}

// Formats of 32-element blocks with an f16 scale `d`. `unpack` gives bytes 0 ≤ q < 2^kBits; the
// offset is kBias times the scale, or an f16 `m` of its own.
struct Q4_0 {
  using Block = BlockQ4_0;
  static constexpr int kBits = 4;
  static constexpr int kBias = -8;
  static constexpr bool kHasMinimum = false;
  static __m256i unpack(const Block& b) { return unpack_nibbles(b.qs); }
};

struct Q5_0 {
  using Block = BlockQ5_0;
  static constexpr int kBits = 5;
  static constexpr int kBias = -16;
  static constexpr bool kHasMinimum = false;
  static __m256i unpack(const Block& b) { return add_fifth_bits(unpack_nibbles(b.qs), b.qh); }
};

struct Q5_1 {
  using Block = BlockQ5_1;
  static constexpr int kBits = 5;
  static constexpr int kBias = 0;
  static constexpr bool kHasMinimum = true;
  static __m256i unpack(const Block& b) { return add_fifth_bits(unpack_nibbles(b.qs), b.qh); }
};

// These two are signed bytes by nature: `unpack_signed` gives q + kBias.
struct Q8_0 {
  using Block = BlockQ8_0;
  static constexpr int kBits = 8;
  static constexpr int kBias = -128;
  static constexpr bool kHasMinimum = false;
  static __m256i unpack_signed(const Block& b) { return load32(b.qs); }
  static __m256i unpack(const Block& b) {
    return _mm256_xor_si256(load32(b.qs), _mm256_set1_epi8(-128));
  }
};

struct IQ4_NL {
  using Block = BlockIQ4_NL;
  static constexpr int kBits = 8;
  static constexpr int kBias = -128;
  static constexpr bool kHasMinimum = false;
  static __m256i look_up(__m128i values, const Block& b) {
    return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(values), unpack_nibbles(b.qs));
  }
  static __m256i unpack_signed(const Block& b) { return look_up(load16(kIQ4_NLValues), b); }
  static __m256i unpack(const Block& b) {
    return look_up(_mm_xor_si128(load16(kIQ4_NLValues), _mm_set1_epi8(-128)), b);
  }
};

// A 32-element block of a format without a minimum as signed bytes: w = scale * result.
template <class Format>
inline __m256i signed_bytes(const typename Format::Block& b) {
  static_assert(!Format::kHasMinimum);
  if constexpr (Format::kBits == 8) {
    return Format::unpack_signed(b);
  } else {
    return _mm256_add_epi8(Format::unpack(b), _mm256_set1_epi8(Format::kBias));
  }
}

// Eight floats: scale * d and -minimum * dmin of a Q4_K or Q5_K block's groups; both exact.
inline void k_scales(const uint8_t* packed, uint16_t d, uint16_t dmin, __m256* scales,
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

// Formats of 256-element blocks with eight groups of 32 and the scales above. `unpack` gives groups
// 2j and 2j + 1.
struct Q4_K {
  using Block = BlockQ4_K;
  static constexpr int kBits = 4;
  static void unpack(const Block& b, int j, __m256i* first, __m256i* second) {
    const __m256i packed = load32(b.qs + 32 * j), mask = _mm256_set1_epi8(15);
    *first = _mm256_and_si256(packed, mask);
    *second = _mm256_and_si256(_mm256_srli_epi16(packed, 4), mask);
  }
};

struct Q5_K {
  using Block = BlockQ5_K;
  static constexpr int kBits = 5;
  // Bit n of each byte, as 16.
  static __m256i sixteens(__m256i bits, int n) {
    const __m256i moved = n < 4 ? _mm256_slli_epi16(bits, 4 - n) : _mm256_srli_epi16(bits, n - 4);
    return _mm256_and_si256(moved, _mm256_set1_epi8(16));
  }
  static void unpack(const Block& b, int j, __m256i* first, __m256i* second) {
    const __m256i packed = load32(b.qs + 32 * j), mask = _mm256_set1_epi8(15), high = load32(b.qh);
    *first = _mm256_or_si256(_mm256_and_si256(packed, mask), sixteens(high, 2 * j));
    *second = _mm256_or_si256(_mm256_and_si256(_mm256_srli_epi16(packed, 4), mask),
                              sixteens(high, 2 * j + 1));
  }
};

// Sixteen groups of 16 with signed scales of their own: w = d * scale * (q + kBias).
struct Q6_K {
  using Block = BlockQ6_K;
  static constexpr int kBits = 6;
  static constexpr int kBias = -32;
  // Elements 128 h + 32 part … + 31. Bits 0-1 of qh belong to part 0, 2-3 to part 1, and so on; the
  // low nibbles of ql to parts 0 and 1.
  static __m256i unpack(const Block& b, int h, int part) {
    const __m256i low = load32(b.ql + 64 * h + 32 * (part % 2)), high = load32(b.qh + 32 * h);
    const __m256i nibbles =
        _mm256_and_si256(part < 2 ? low : _mm256_srli_epi16(low, 4), _mm256_set1_epi8(15));
    const __m256i moved =
        part < 2 ? _mm256_slli_epi16(high, 4 - 2 * part) : _mm256_srli_epi16(high, 2 * part - 4);
    return _mm256_or_si256(nibbles, _mm256_and_si256(moved, _mm256_set1_epi8(0x30)));
  }
};

}  // namespace
}  // namespace lacuna::cpu
