// The 32-element types. Low nibbles are elements 0 … 15, high ones 16 … 31.
#include "cpu/avx2/dequantize_rows.h"
#include "cpu/avx2/dequantize_simd.h"
#include "format/quant_blocks.h"

namespace lacuna::cpu::avx2 {
namespace {

// The 32 elements of sixteen packed bytes, one a byte, in order.
__m256i unpack_nibbles(const uint8_t* qs) {
  const __m128i packed = load16(qs);
  const __m256i both = _mm256_set_m128i(_mm_srli_epi16(packed, 4), packed);
  return _mm256_and_si256(both, _mm256_set1_epi8(15));
}

// Byte i is 16 where bit i of `qh` is set, else 0.
__m256i unpack_fifth_bits(const uint8_t* qh) {
  int32_t bits;
  std::memcpy(&bits, qh, sizeof(bits));
  const __m256i source = _mm256_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1,  //
                                          2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3);
  const __m256i bit = _mm256_set1_epi64x(static_cast<int64_t>(0x8040201008040201));
  const __m256i spread = _mm256_shuffle_epi8(_mm256_set1_epi32(bits), source);
  const __m256i set = _mm256_cmpeq_epi8(_mm256_and_si256(spread, bit), bit);
  return _mm256_and_si256(set, _mm256_set1_epi8(16));
}

void store_scaled32(float* out, __m256i q, __m256 scale) {
  store_scaled16(out, _mm256_castsi256_si128(q), scale);
  store_scaled16(out + 16, _mm256_extracti128_si256(q, 1), scale);
}

}  // namespace

void dequantize_q4_0(const std::byte* blocks, float* out, size_t elements) {
  const auto* block = reinterpret_cast<const BlockQ4_0*>(blocks);
  for (const float* end = out + elements; out != end; ++block, out += kLegacyBlock) {
    const __m256i q = _mm256_sub_epi8(unpack_nibbles(block->qs), _mm256_set1_epi8(8));
    store_scaled32(out, q, broadcast_f16(block->d));
  }
}

void dequantize_q5_0(const std::byte* blocks, float* out, size_t elements) {
  const auto* block = reinterpret_cast<const BlockQ5_0*>(blocks);
  for (const float* end = out + elements; out != end; ++block, out += kLegacyBlock) {
    const __m256i q = _mm256_or_si256(unpack_nibbles(block->qs), unpack_fifth_bits(block->qh));
    store_scaled32(out, _mm256_sub_epi8(q, _mm256_set1_epi8(16)), broadcast_f16(block->d));
  }
}

void dequantize_q5_1(const std::byte* blocks, float* out, size_t elements) {
  const auto* block = reinterpret_cast<const BlockQ5_1*>(blocks);
  for (const float* end = out + elements; out != end; ++block, out += kLegacyBlock) {
    const __m256i q = _mm256_or_si256(unpack_nibbles(block->qs), unpack_fifth_bits(block->qh));
    const __m256 d = broadcast_f16(block->d);
    const __m256 m = broadcast_f16(block->m);
    store_affine16(out, _mm256_castsi256_si128(q), d, m);
    store_affine16(out + 16, _mm256_extracti128_si256(q, 1), d, m);
  }
}

void dequantize_q8_0(const std::byte* blocks, float* out, size_t elements) {
  const auto* block = reinterpret_cast<const BlockQ8_0*>(blocks);
  for (const float* end = out + elements; out != end; ++block, out += kLegacyBlock) {
    store_scaled32(out, load32(block->qs), broadcast_f16(block->d));
  }
}

void dequantize_iq4_nl(const std::byte* blocks, float* out, size_t elements) {
  const auto* block = reinterpret_cast<const BlockIQ4_NL*>(blocks);
  const __m256i values = _mm256_broadcastsi128_si256(load16(kIQ4_NLValues));
  for (const float* end = out + elements; out != end; ++block, out += kLegacyBlock) {
    const __m256i q = _mm256_shuffle_epi8(values, unpack_nibbles(block->qs));
    store_scaled32(out, q, broadcast_f16(block->d));
  }
}

}  // namespace lacuna::cpu::avx2
