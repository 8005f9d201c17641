// The 256-element types.
#include "cpu/avx512/dequantize_rows.h"
#include "cpu/avx512/dequantize_simd.h"
#include "format/quant_blocks.h"

namespace lacuna::cpu::avx512 {
namespace {

// Group `group` of a Q4_K or Q5_K block: out[0 … 31] = (d * scale) * q - (dmin * minimum).
void store_group(float* out, __m256i q, __m512 d, __m512 dmin, const uint8_t* scales,
                 uint32_t group) {
  uint8_t scale;
  uint8_t minimum;
  unpack_k_scale(scales, group, &scale, &minimum);
  const __m512 group_scale = _mm512_mul_ps(d, _mm512_set1_ps(scale));
  const __m512 group_minimum = _mm512_mul_ps(dmin, _mm512_set1_ps(minimum));
  const __m512 offset = _mm512_xor_ps(group_minimum, _mm512_set1_ps(-0.0f));  // exactly -minimum
  store_affine16(out, _mm256_castsi256_si128(q), group_scale, offset);
  store_affine16(out + 16, _mm256_extracti128_si256(q, 1), group_scale, offset);
}

}  // namespace

void dequantize_q4_k(const std::byte* blocks, float* out, size_t elements) {
  const __m256i low_nibble = _mm256_set1_epi8(15);
  const auto* block = reinterpret_cast<const BlockQ4_K*>(blocks);
  for (const float* end = out + elements; out != end; ++block) {
    const __m512 d = broadcast_f16(block->d);
    const __m512 dmin = broadcast_f16(block->dmin);
    for (uint32_t group = 0; group < 8; group += 2, out += 64) {
      const __m256i qs = load32(block->qs + group * 16);
      const __m256i low = _mm256_and_si256(qs, low_nibble);
      const __m256i high = _mm256_and_si256(_mm256_srli_epi16(qs, 4), low_nibble);
      store_group(out, low, d, dmin, block->scales, group);
      store_group(out + 32, high, d, dmin, block->scales, group + 1);
    }
  }
}

void dequantize_q5_k(const std::byte* blocks, float* out, size_t elements) {
  const __m256i low_nibble = _mm256_set1_epi8(15);
  const __m256i one = _mm256_set1_epi8(1);
  const auto* block = reinterpret_cast<const BlockQ5_K*>(blocks);
  for (const float* end = out + elements; out != end; ++block) {
    const __m512 d = broadcast_f16(block->d);
    const __m512 dmin = broadcast_f16(block->dmin);
    __m256i qh = load32(block->qh);  // the next group's fifth bits lie lowest in each byte
    for (uint32_t group = 0; group < 8; group += 2, out += 64) {
      const __m256i qs = load32(block->qs + group * 16);
      const __m256i first = _mm256_slli_epi16(_mm256_and_si256(qh, one), 4);
      qh = _mm256_srli_epi16(qh, 1);
      const __m256i second = _mm256_slli_epi16(_mm256_and_si256(qh, one), 4);
      qh = _mm256_srli_epi16(qh, 1);
      const __m256i low = _mm256_and_si256(qs, low_nibble);
      const __m256i high = _mm256_and_si256(_mm256_srli_epi16(qs, 4), low_nibble);
      store_group(out, _mm256_or_si256(low, first), d, dmin, block->scales, group);
      store_group(out + 32, _mm256_or_si256(high, second), d, dmin, block->scales, group + 1);
    }
  }
}

void dequantize_q6_k(const std::byte* blocks, float* out, size_t elements) {
  const __m256i low_nibble = _mm256_set1_epi8(15);
  const __m256i two_bits = _mm256_set1_epi8(3);
  const __m256i bias = _mm256_set1_epi8(32);
  const auto* block = reinterpret_cast<const BlockQ6_K*>(blocks);
  for (const float* end = out + elements; out != end; ++block) {
    const __m512 d = broadcast_f16(block->d);
    for (uint32_t half = 0; half < 2; ++half) {
      const int8_t* scales = block->scales + half * 8;
      __m256i qh = load32(block->qh + half * 32);  // the next 32 elements' bits lie lowest
      for (uint32_t part = 0; part < 4; ++part, out += 32) {
        __m256i low = load32(block->ql + half * 64 + part % 2 * 32);
        if (part >= 2) low = _mm256_srli_epi16(low, 4);
        const __m256i high = _mm256_slli_epi16(_mm256_and_si256(qh, two_bits), 4);
        const __m256i q =
            _mm256_sub_epi8(_mm256_or_si256(_mm256_and_si256(low, low_nibble), high), bias);
        const __m512 scale0 = _mm512_mul_ps(d, _mm512_set1_ps(scales[part * 2]));
        const __m512 scale1 = _mm512_mul_ps(d, _mm512_set1_ps(scales[part * 2 + 1]));
        store_scaled16(out, _mm256_castsi256_si128(q), scale0);
        store_scaled16(out + 16, _mm256_extracti128_si256(q, 1), scale1);
        qh = _mm256_srli_epi16(qh, 2);
      }
    }
  }
}

}  // namespace lacuna::cpu::avx512
