// AVX-512 as the vector type of cpu/vector_kernels.h and cpu/dequantize_rows.h. In an anonymous
// namespace: no copy may leave the object files that are compiled for it.
#pragma once

#include <immintrin.h>

#include <cstddef>

namespace lacuna::cpu {
namespace {

struct Avx512 {
  using Register = __m512;
  static constexpr size_t kWidth = 16;
  static constexpr int kTokenTile = 4;

  // Lanes below n.
  static __mmask16 some(size_t n) {
    return static_cast<__mmask16>(n >= kWidth ? 0xffffu : (1u << n) - 1);
  }

  static Register zero() { return _mm512_setzero_ps(); }
  static Register broadcast(float x) { return _mm512_set1_ps(x); }
  static Register load(const float* p) { return _mm512_loadu_ps(p); }
  static Register load_some(const float* p, size_t n) { return _mm512_maskz_loadu_ps(some(n), p); }
  static void store(float* p, Register x) { _mm512_storeu_ps(p, x); }
  static void store_some(float* p, Register x, size_t n) { _mm512_mask_storeu_ps(p, some(n), x); }
  static Register add(Register a, Register b) { return _mm512_add_ps(a, b); }
  static Register subtract(Register a, Register b) { return _mm512_sub_ps(a, b); }
  static Register multiply(Register a, Register b) { return _mm512_mul_ps(a, b); }
  static Register divide(Register a, Register b) { return _mm512_div_ps(a, b); }
  static Register max(Register a, Register b) { return _mm512_max_ps(a, b); }
  static Register min(Register a, Register b) { return _mm512_min_ps(a, b); }
  static Register fused(Register a, Register b, Register c) { return _mm512_fmadd_ps(a, b, c); }
  static Register round(Register x) {
    return _mm512_roundscale_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  }
  static Register power_of_two(Register n) {
    const __m512i exponent = _mm512_add_epi32(_mm512_cvtps_epi32(n), _mm512_set1_epi32(127));
    return _mm512_castsi512_ps(_mm512_slli_epi32(exponent, 23));
  }
  static float sum(Register x) { return _mm512_reduce_add_ps(x); }
  static float largest(Register x) { return _mm512_reduce_max_ps(x); }

  // Sixteen signed bytes.
  static Register from_i8(__m128i bytes) { return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(bytes)); }
  // 16-bit floats at any address; `load_halves_some` reads n, zeros follow.
  using Halves = __m256i;
  static Halves load_halves(const std::byte* p) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  }
  static Halves load_halves_some(const std::byte* p, size_t n) {
    return _mm256_maskz_loadu_epi16(some(n), p);
  }
  static Register from_f16(Halves halves) { return _mm512_cvtph_ps(halves); }
  static Register from_bf16(Halves halves) {
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(halves), 16));
  }
};

}  // namespace
}  // namespace lacuna::cpu
