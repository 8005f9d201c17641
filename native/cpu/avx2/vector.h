// AVX2 as the vector type of cpu/vector_kernels.h and cpu/dequantize_rows.h. In an anonymous
// namespace: no copy may leave the object files that are compiled for it.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace lacuna::cpu {
namespace {

// Eight -1 and eight 0: a window at 8 - n masks the first n lanes.
alignas(32) constexpr int kMaskSource[16] = {-1, -1, -1, -1, -1, -1, -1, -1,
                                             0,  0,  0,  0,  0,  0,  0,  0};

struct Avx2 {
  using Register = __m256;
  static constexpr size_t kWidth = 8;
  static constexpr int kTokenTile = 2;

  // Lanes below n, n < 8.
  static __m256i some(size_t n) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(kMaskSource + kWidth - n));
  }

  static Register zero() { return _mm256_setzero_ps(); }
  static Register broadcast(float x) { return _mm256_set1_ps(x); }
  static Register load(const float* p) { return _mm256_loadu_ps(p); }
  static Register load_some(const float* p, size_t n) {
    return n >= kWidth ? load(p) : _mm256_maskload_ps(p, some(n));
  }
  static void store(float* p, Register x) { _mm256_storeu_ps(p, x); }
  static void store_some(float* p, Register x, size_t n) {
    n >= kWidth ? store(p, x) : _mm256_maskstore_ps(p, some(n), x);
  }
  static Register add(Register a, Register b) { return _mm256_add_ps(a, b); }
  static Register subtract(Register a, Register b) { return _mm256_sub_ps(a, b); }
  static Register multiply(Register a, Register b) { return _mm256_mul_ps(a, b); }
  static Register divide(Register a, Register b) { return _mm256_div_ps(a, b); }
  static Register max(Register a, Register b) { return _mm256_max_ps(a, b); }
  static Register min(Register a, Register b) { return _mm256_min_ps(a, b); }
  static Register fused(Register a, Register b, Register c) { return _mm256_fmadd_ps(a, b, c); }
  static Register round(Register x) {
    return _mm256_round_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  }
  static Register power_of_two(Register n) {
    const __m256i exponent = _mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127));
    return _mm256_castsi256_ps(_mm256_slli_epi32(exponent, 23));
  }
  static float sum(Register x) {
    __m128 s = _mm_add_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));
    s = _mm_add_ps(s, _mm_movehl_ps(s, s));
    return _mm_cvtss_f32(_mm_add_ss(s, _mm_shuffle_ps(s, s, 1)));
  }
  static float largest(Register x) {
    __m128 m = _mm_max_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));
    m = _mm_max_ps(m, _mm_movehl_ps(m, m));
    return _mm_cvtss_f32(_mm_max_ss(m, _mm_shuffle_ps(m, m, 1)));
  }

  // The low eight signed bytes.
  static Register from_i8(__m128i bytes) { return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(bytes)); }
  // 16-bit floats at any address; `load_halves_some` reads n, zeros follow.
  using Halves = __m128i;
  static Halves load_halves(const std::byte* p) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  }
  static Halves load_halves_some(const std::byte* p, size_t n) {
    uint16_t padded[kWidth] = {};
    std::memcpy(padded, p, n * sizeof(uint16_t));
    return load_halves(reinterpret_cast<const std::byte*>(padded));
  }
  static Register from_f16(Halves halves) { return _mm256_cvtph_ps(halves); }
  static Register from_bf16(Halves halves) {
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(halves), 16));
  }
};

}  // namespace
}  // namespace lacuna::cpu
