// The 32-element types. Low nibbles are elements 0 … 15, high ones 16 … 31.
#include "cpu/avx512/dequantize_rows.h"
#include "cpu/avx512/dequantize_simd.h"
#include "format/quant_blocks.h"

namespace lacuna::cpu::avx512 {
namespace {

__m128i low_nibbles(__m128i packed) {
  return _mm_and_si128(packed, _mm_set1_epi8(15));
}

__m128i high_nibbles(__m128i packed) {
  return low_nibbles(_mm_srli_epi16(packed, 4));
}

// `q` with 16 added in the bytes whose bit is set.
__m128i add_fifth_bits(__m128i q, uint32_t bits) {
  return _mm_mask_add_epi8(q, static_cast<__mmask16>(bits & 0xffff), q, _mm_set1_epi8(16));
}

uint32_t load_bits(const uint8_t* qh) {
  uint32_t bits;
  std::memcpy(&bits, qh, sizeof(bits));
  return bits;
}

}  // namespace

void dequantize_q4_0(const std::byte* blocks, float* out, size_t elements) {
  const __m128i bias = _mm_set1_epi8(8);
  const auto* block = reinterpret_cast<const BlockQ4_0*>(blocks);
  for (const float* end = out + elements; out != end; ++block, out += kLegacyBlock) {
    const __m512 d = broadcast_f16(block->d);
    const __m128i packed = load16(block->qs);
    store_scaled16(out, _mm_sub_epi8(low_nibbles(packed), bias), d);
    store_scaled16(out + 16, _mm_sub_epi8(high_nibbles(packed), bias), d);
  }
}

void dequantize_q5_0(const std::byte* blocks, float* out, size_t elements) {
  const __m128i bias = _mm_set1_epi8(16);
  const auto* block = reinterpret_cast<const BlockQ5_0*>(blocks);
  for (const float* end = out + elements; out != end; ++block, out += kLegacyBlock) {
    const __m512 d = broadcast_f16(block->d);
    const __m128i packed = load16(block->qs);
    const uint32_t bits = load_bits(block->qh);
    const __m128i low = add_fifth_bits(low_nibbles(packed), bits);
    const __m128i high = add_fifth_bits(high_nibbles(packed), bits >> 16);
    store_scaled16(out, _mm_sub_epi8(low, bias), d);
    store_scaled16(out + 16, _mm_sub_epi8(high, bias), d);
  }
}

void dequantize_q5_1(const std::byte* blocks, float* out, size_t elements) {
  const auto* block = reinterpret_cast<const BlockQ5_1*>(blocks);
  for (const float* end = out + elements; out != end; ++block, out += kLegacyBlock) {
    const __m512 d = broadcast_f16(block->d);
    const __m512 m = broadcast_f16(block->m);
    const __m128i packed = load16(block->qs);
    const uint32_t bits = load_bits(block->qh);
    store_affine16(out, add_fifth_bits(low_nibbles(packed), bits), d, m);
    store_affine16(out + 16, add_fifth_bits(high_nibbles(packed), bits >> 16), d, m);
  }
}

void dequantize_q8_0(const std::byte* blocks, float* out, size_t elements) {
  const auto* block = reinterpret_cast<const BlockQ8_0*>(blocks);
  for (const float* end = out + elements; out != end; ++block, out += kLegacyBlock) {
    const __m512 d = broadcast_f16(block->d);
    store_scaled16(out, load16(block->qs), d);
    store_scaled16(out + 16, load16(block->qs + 16), d);
  }
}

void dequantize_iq4_nl(const std::byte* blocks, float* out, size_t elements) {
  const __m128i values = load16(kIQ4_NLValues);
  const auto* block = reinterpret_cast<const BlockIQ4_NL*>(blocks);
  for (const float* end = out + elements; out != end; ++block, out += kLegacyBlock) {
    const __m512 d = broadcast_f16(block->d);
    const __m128i packed = load16(block->qs);
    store_scaled16(out, _mm_shuffle_epi8(values, low_nibbles(packed)), d);
    store_scaled16(out + 16, _mm_shuffle_epi8(values, high_nibbles(packed)), d);
  }
}

}  // namespace lacuna::cpu::avx512
