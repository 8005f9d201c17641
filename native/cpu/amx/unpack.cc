// Weight blocks to bfloat16. A group's values are few: they are computed once into a table of 16 or
// 32 entries, and vpermw looks 32 elements up at a time.
#include "cpu/amx/unpack.h"

#include "cpu/amx/bf16_pair.h"
#include "cpu/vnni/formats.h"

namespace lacuna::cpu::amx {
namespace {

// From 32 columns to the next 32 of the same row.
constexpr size_t kStep = kTileTokens * kTileColumns;

__m512 iota() {
  return _mm512_setr_ps(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}

float f16(uint16_t bits) {
  return _mm_cvtss_f32(_mm_cvtph_ps(_mm_cvtsi32_si128(bits)));
}

// Entries 0 … 15 from `low`, 16 … 31 from `high`.
__m512i table(__m512 low, __m512 high) {
  return bf16_pair(low, high);
}

// Eight factors in memory. An instruction that takes its factor from there spreads it over the
// register for nothing; from a register that costs a slot of the busiest port.
struct alignas(32) EightFloats {
  explicit EightFloats(__m256 values) {
    _mm256_store_ps(at, values);
    asm("" : "+m"(at));  // or the compiler would keep them in the register
  }
  float at[8];
};

// The scales of `count` ≤ 8 blocks.

template <class Block>
EightFloats scales_of(const Block* block, size_t count) {
  const auto d = [&](size_t i) -> int { return i < count ? block[i].d : 0; };
  const __m128i bits = _mm_setr_epi16(static_cast<int16_t>(d(0)), static_cast<int16_t>(d(1)),
                                      static_cast<int16_t>(d(2)), static_cast<int16_t>(d(3)),
                                      static_cast<int16_t>(d(4)), static_cast<int16_t>(d(5)),
                                      static_cast<int16_t>(d(6)), static_cast<int16_t>(d(7)));
  return EightFloats(_mm256_cvtph_ps(bits));
}

// Sixteen packed bytes as 32 nibbles in order, one a 16-bit lane.
__m512i wide_nibbles(const uint8_t* qs) {
  const __m512i twice = _mm512_cvtepu8_epi16(_mm256_broadcastsi128_si256(vnni::load16(qs)));
  const __m512i shifts = _mm512_inserti64x4(_mm512_setzero_si512(), _mm256_set1_epi16(4), 1);
  return _mm512_and_si512(_mm512_srlv_epi16(twice, shifts), _mm512_set1_epi16(15));
}

// Blocks of 32 elements, eight at a time: `values(block, d)` gives one block's.
template <class Block, class Values>
void unpack_blocks(const std::byte* blocks, uint16_t* out, size_t columns, const Values& values) {
  const auto* block = reinterpret_cast<const Block*>(blocks);
  for (size_t left = columns / kLegacyBlock; left > 0;) {
    const size_t n = left < 8 ? left : 8;
    const EightFloats d = n == 8 ? scales_of(block, 8) : scales_of(block, n);
    for (size_t i = 0; i < n; ++i, ++block, out += kStep)
      _mm512_storeu_si512(out, values(*block, d.at[i]));
    left -= n;
  }
}

// Formats of 4 or 5 bits: a group's values are few.
template <class Format>
void unpack_small(const std::byte* blocks, uint16_t* out, size_t columns) {
  using Block = typename Format::Block;
  const __m512 low = _mm512_add_ps(iota(), _mm512_set1_ps(Format::kBias));
  const __m512 high = _mm512_add_ps(low, _mm512_set1_ps(16));
  unpack_blocks<Block>(blocks, out, columns, [&](const Block& block, float d) {
    __m512 first = _mm512_mul_ps(low, _mm512_set1_ps(d)), second = first;
    __m512i q = wide_nibbles(block.qs);
    if constexpr (Format::kBits == 5) {
      second = _mm512_mul_ps(high, _mm512_set1_ps(d));
      uint32_t bits;
      std::memcpy(&bits, block.qh, sizeof(bits));
      q = _mm512_mask_add_epi16(q, bits, q, _mm512_set1_epi16(16));
    }
    if constexpr (Format::kHasMinimum) {
      const __m512 m = _mm512_set1_ps(f16(block.m));
      first = _mm512_add_ps(first, m);
      second = _mm512_add_ps(second, m);
    }
    return _mm512_permutexvar_epi16(q, table(first, second));
  });
}

void unpack_iq4_nl(const std::byte* blocks, uint16_t* out, size_t columns) {
  const __m512 values = _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(vnni::load16(kIQ4_NLValues)));
  unpack_blocks<BlockIQ4_NL>(blocks, out, columns, [&](const BlockIQ4_NL& block, float d) {
    const __m512 scaled = _mm512_mul_ps(values, _mm512_set1_ps(d));
    return _mm512_permutexvar_epi16(wide_nibbles(block.qs), table(scaled, scaled));
  });
}

void unpack_q8_0(const std::byte* blocks, uint16_t* out, size_t columns) {
  unpack_blocks<BlockQ8_0>(blocks, out, columns, [](const BlockQ8_0& block, float d) {
    const __m512 low = _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(vnni::load16(block.qs)));
    const __m512 high = _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(vnni::load16(block.qs + 16)));
    return table(_mm512_mul_ps(low, _mm512_set1_ps(d)), _mm512_mul_ps(high, _mm512_set1_ps(d)));
  });
}

// Two groups of 32 share 32 bytes of nibbles: the even one's are the low ones. In a 4-bit format
// they share a table, too.
void store_groups(const BlockQ4_K& block, int j, __m512 even, __m512 odd, __m512, __m512,
                  uint16_t* out) {
  const __m512i bytes = _mm512_cvtepu8_epi16(vnni::load32(block.qs + 32 * j));
  const __m512i both = table(even, odd);
  const __m512i low = _mm512_and_si512(bytes, _mm512_set1_epi16(15));
  const __m512i high = _mm512_or_si512(_mm512_srli_epi16(bytes, 4), _mm512_set1_epi16(16));
  _mm512_storeu_si512(out, _mm512_permutexvar_epi16(low, both));
  _mm512_storeu_si512(out + kStep, _mm512_permutexvar_epi16(high, both));
}

void store_groups(const BlockQ5_K& block, int j, __m512 even, __m512 odd, __m512 even_upper,
                  __m512 odd_upper, uint16_t* out) {
  const __m512i bytes = _mm512_cvtepu8_epi16(vnni::load32(block.qs + 32 * j));
  // Bits 2j and 2j + 1 are the fifth bits of the even and the odd group.
  const __m256i fifth = vnni::load32(block.qh);
  const __mmask32 first =
      _mm256_test_epi8_mask(fifth, _mm256_set1_epi8(static_cast<char>(1 << 2 * j)));
  const __mmask32 second =
      _mm256_test_epi8_mask(fifth, _mm256_set1_epi8(static_cast<char>(2 << 2 * j)));
  const __m512i sixteen = _mm512_set1_epi16(16);
  __m512i low = _mm512_and_si512(bytes, _mm512_set1_epi16(15)), high = _mm512_srli_epi16(bytes, 4);
  low = _mm512_mask_add_epi16(low, first, low, sixteen);
  high = _mm512_mask_add_epi16(high, second, high, sixteen);
  _mm512_storeu_si512(out, _mm512_permutexvar_epi16(low, table(even, even_upper)));
  _mm512_storeu_si512(out + kStep, _mm512_permutexvar_epi16(high, table(odd, odd_upper)));
}

template <class Format>
void unpack_k(const std::byte* blocks, uint16_t* out, size_t columns) {
  const auto* block = reinterpret_cast<const typename Format::Block*>(blocks);
  const __m512 lower = iota(), upper = _mm512_add_ps(iota(), _mm512_set1_ps(16));
  for (const auto* end = block + columns / kSuperBlock; block != end; ++block) {
    __m256 scales, offsets;
    vnni::k_scales(block->scales, block->d, block->dmin, &scales, &offsets);
    const EightFloats scale(scales), offset(offsets);
    const auto values = [&](__m512 q, int group) {
      // The product is exact – 11 bits of d, 6 of the scale, 5 of q –, so it is rounded once either
      // way.
      return _mm512_fmadd_ps(q, _mm512_set1_ps(scale.at[group]), _mm512_set1_ps(offset.at[group]));
    };
#pragma GCC unroll 4
    for (int j = 0; j < 4; ++j, out += 2 * kStep) {
      store_groups(*block, j, values(lower, 2 * j), values(lower, 2 * j + 1), values(upper, 2 * j),
                   values(upper, 2 * j + 1), out);
    }
  }
}

// 16 elements of one group: (q - 32) * scale.
__m512 q6_values(__m128i q, __m512 scale) {
  return _mm512_mul_ps(
      _mm512_cvtepi32_ps(_mm512_sub_epi32(_mm512_cvtepu8_epi32(q), _mm512_set1_epi32(32))), scale);
}

void unpack_q6_k(const std::byte* blocks, uint16_t* out, size_t columns) {
  const auto* block = reinterpret_cast<const BlockQ6_K*>(blocks);
  for (const auto* end = block + columns / kSuperBlock; block != end; ++block) {
    const __m512 scales =
        _mm512_mul_ps(_mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(vnni::load16(block->scales))),
                      _mm512_set1_ps(f16(block->d)));
    for (int h = 0; h < 2; ++h) {
      __m512i q[2];
      vnni::unpack_q6_k(*block, h, &q[0], &q[1]);
      for (int part = 0; part < 2; ++part, out += 2 * kStep) {
        const int group = 8 * h + 4 * part;
        const auto scale = [&](int i) {
          return _mm512_permutexvar_ps(_mm512_set1_epi32(group + i), scales);
        };
        _mm512_storeu_si512(out, table(q6_values(_mm512_extracti32x4_epi32(q[part], 0), scale(0)),
                                       q6_values(_mm512_extracti32x4_epi32(q[part], 1), scale(1))));
        _mm512_storeu_si512(out + kStep,
                            table(q6_values(_mm512_extracti32x4_epi32(q[part], 2), scale(2)),
                                  q6_values(_mm512_extracti32x4_epi32(q[part], 3), scale(3))));
      }
    }
  }
}

void unpack_bf16(const std::byte* blocks, uint16_t* out, size_t columns) {
  const auto* values = reinterpret_cast<const uint16_t*>(blocks);
  for (size_t i = 0; i < columns; i += kTileColumns, out += kStep)
    _mm512_storeu_si512(out, _mm512_loadu_si512(values + i));
}

}  // namespace

UnpackTileRow unpack_for(TensorType type) {
  switch (type) {
    case TensorType::kQ4_0:
      return unpack_small<vnni::Q4_0>;
    case TensorType::kQ5_0:
      return unpack_small<vnni::Q5_0>;
    case TensorType::kQ5_1:
      return unpack_small<vnni::Q5_1>;
    case TensorType::kQ8_0:
      return unpack_q8_0;
    case TensorType::kIQ4_NL:
      return unpack_iq4_nl;
    case TensorType::kQ4_K:
      return unpack_k<vnni::Q4_K>;
    case TensorType::kQ5_K:
      return unpack_k<vnni::Q5_K>;
    case TensorType::kQ6_K:
      return unpack_q6_k;
    case TensorType::kBF16:
      return unpack_bf16;
    default:
      return nullptr;
  }
}

}  // namespace lacuna::cpu::amx
