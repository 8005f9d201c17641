// Steps that the AVX2 row functions share. `static`: no copy may leave the AVX2 object files.
#pragma once

#include <immintrin.h>

#include <cstdint>
#include <cstring>

namespace lacuna::cpu::avx2 {

// An f16 scale in all eight lanes.
static inline __m256 broadcast_f16(uint16_t half) {
  return _mm256_broadcastss_ps(_mm_cvtph_ps(_mm_cvtsi32_si128(half)));
}

// The low eight signed bytes as floats.
static inline __m256 i8_to_f32(__m128i bytes) {
  return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(bytes));
}

static inline __m128i load16(const void* bytes) {
  return _mm_loadu_si128(static_cast<const __m128i*>(bytes));
}

static inline __m256i load32(const void* bytes) {
  return _mm256_loadu_si256(static_cast<const __m256i*>(bytes));
}

// out[0 … 15] = scale * q.
static inline void store_scaled16(float* out, __m128i q, __m256 scale) {
  _mm256_storeu_ps(out, _mm256_mul_ps(scale, i8_to_f32(q)));
  _mm256_storeu_ps(out + 8, _mm256_mul_ps(scale, i8_to_f32(_mm_srli_si128(q, 8))));
}

// out[0 … 15] = scale * q + offset.
static inline void store_affine16(float* out, __m128i q, __m256 scale, __m256 offset) {
  const __m256 low = _mm256_mul_ps(scale, i8_to_f32(q));
  const __m256 high = _mm256_mul_ps(scale, i8_to_f32(_mm_srli_si128(q, 8)));
  _mm256_storeu_ps(out, _mm256_add_ps(low, offset));
  _mm256_storeu_ps(out + 8, _mm256_add_ps(high, offset));
}

}  // namespace lacuna::cpu::avx2
