// Steps that the AVX-512 row functions share. `static`: no copy may leave the AVX-512 object files.
#pragma once

#include <immintrin.h>

#include <cstdint>
#include <cstring>

namespace lacuna::cpu::avx512 {

// An f16 scale in all sixteen lanes.
static inline __m512 broadcast_f16(uint16_t half) {
  return _mm512_broadcastss_ps(_mm_cvtph_ps(_mm_cvtsi32_si128(half)));
}

// Sixteen signed bytes as floats.
static inline __m512 i8_to_f32(__m128i bytes) {
  return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(bytes));
}

static inline __m128i load16(const void* bytes) {
  return _mm_loadu_si128(static_cast<const __m128i*>(bytes));
}

static inline __m256i load32(const void* bytes) {
  return _mm256_loadu_si256(static_cast<const __m256i*>(bytes));
}

// out[0 … 15] = scale * q.
static inline void store_scaled16(float* out, __m128i q, __m512 scale) {
  _mm512_storeu_ps(out, _mm512_mul_ps(scale, i8_to_f32(q)));
}

// out[0 … 15] = scale * q + offset.
static inline void store_affine16(float* out, __m128i q, __m512 scale, __m512 offset) {
  _mm512_storeu_ps(out, _mm512_add_ps(_mm512_mul_ps(scale, i8_to_f32(q)), offset));
}

}  // namespace lacuna::cpu::avx512
