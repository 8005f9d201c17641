// Weight blocks to bfloat16. A group's values are few: they are computed once into a table of 16 or
// 32 entries, and vpermw looks 32 elements up at a time.
#include "cpu/amx/unpack.h"

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
  const __m512bh pair = _mm512_cvtne2ps_pbh(high, low);
  __m512i bits;
  std::memcpy(&bits, &pair, sizeof(bits));
  return bits;
}

void look_up(__m256i q, __m512i values, uint16_t* out) {
  _mm512_storeu_si512(out, _mm512_permutexvar_epi16(_mm512_cvtepu8_epi16(q), values));
}

// 32-element formats of 4 or 5 bits.
template <class Format>
void unpack_small(const std::byte* blocks, uint16_t* out, size_t columns) {
  const auto* block = reinterpret_cast<const typename Format::Block*>(blocks);
  for (const auto* end = block + columns / kLegacyBlock; block != end; ++block, out += kStep) {
    const __m512 d = _mm512_set1_ps(f16(block->d));
    __m512 first = iota(), second = _mm512_add_ps(iota(), _mm512_set1_ps(16));
    if constexpr (Format::kHasMinimum) {
      const __m512 m = _mm512_set1_ps(f16(block->m));
      first = _mm512_add_ps(_mm512_mul_ps(first, d), m);
      second = _mm512_add_ps(_mm512_mul_ps(second, d), m);
    } else {
      first = _mm512_mul_ps(_mm512_add_ps(first, _mm512_set1_ps(Format::kBias)), d);
      second = _mm512_mul_ps(_mm512_add_ps(second, _mm512_set1_ps(Format::kBias)), d);
    }
    look_up(Format::unpack(*block), table(first, second), out);
  }
}

void unpack_iq4_nl(const std::byte* blocks, uint16_t* out, size_t columns) {
  const auto* block = reinterpret_cast<const BlockIQ4_NL*>(blocks);
  const __m512 values = _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(vnni::load16(kIQ4_NLValues)));
  for (const auto* end = block + columns / kLegacyBlock; block != end; ++block, out += kStep) {
    const __m512 scaled = _mm512_mul_ps(values, _mm512_set1_ps(f16(block->d)));
    look_up(vnni::unpack_nibbles(block->qs), table(scaled, scaled), out);
  }
}

void unpack_q8_0(const std::byte* blocks, uint16_t* out, size_t columns) {
  const auto* block = reinterpret_cast<const BlockQ8_0*>(blocks);
  for (const auto* end = block + columns / kLegacyBlock; block != end; ++block, out += kStep) {
    const __m512 d = _mm512_set1_ps(f16(block->d));
    const __m512 low = _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(vnni::load16(block->qs)));
    const __m512 high = _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(vnni::load16(block->qs + 16)));
    _mm512_storeu_si512(out, table(_mm512_mul_ps(low, d), _mm512_mul_ps(high, d)));
  }
}

template <class Format>
void unpack_k(const std::byte* blocks, uint16_t* out, size_t columns) {
  const auto* block = reinterpret_cast<const typename Format::Block*>(blocks);
  for (const auto* end = block + columns / kSuperBlock; block != end; ++block) {
    __m256 scales8, offsets8;
    vnni::k_scales(block->scales, block->d, block->dmin, &scales8, &offsets8);
    const __m512 scales = _mm512_castps256_ps512(scales8),
                 offsets = _mm512_castps256_ps512(offsets8);
#pragma GCC unroll 4
    for (int j = 0; j < 4; ++j, out += 2 * kStep) {
      const __m512i q = Format::unpack(*block, j);
      const __m512 scale0 = _mm512_permutexvar_ps(_mm512_set1_epi32(2 * j), scales);
      const __m512 offset0 = _mm512_permutexvar_ps(_mm512_set1_epi32(2 * j), offsets);
      const __m512 scale1 = _mm512_permutexvar_ps(_mm512_set1_epi32(2 * j + 1), scales);
      const __m512 offset1 = _mm512_permutexvar_ps(_mm512_set1_epi32(2 * j + 1), offsets);
      const __m256i q0 = _mm512_castsi512_si256(q), q1 = _mm512_extracti64x4_epi64(q, 1);
      const __m512 low0 = _mm512_add_ps(_mm512_mul_ps(iota(), scale0), offset0);
      const __m512 low1 = _mm512_add_ps(_mm512_mul_ps(iota(), scale1), offset1);
      if constexpr (Format::kBits == 4) {
        const __m512i both = table(low0, low1);
        look_up(q0, both, out);
        look_up(_mm256_or_si256(q1, _mm256_set1_epi8(16)), both, out + kStep);
      } else {
        const __m512 upper = _mm512_add_ps(iota(), _mm512_set1_ps(16));
        look_up(q0, table(low0, _mm512_add_ps(_mm512_mul_ps(upper, scale0), offset0)), out);
        look_up(q1, table(low1, _mm512_add_ps(_mm512_mul_ps(upper, scale1), offset1)), out + kStep);
      }
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
