#include "cpu/kernels.h"

#include <immintrin.h>

#include "cpu/vector_kernels.h"

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
};

using K = VectorKernels<Avx2>;
constexpr Kernels kKernels{Path::kAvx2,     "avx2",      dequantize_row_avx2, K::multiply,
                           K::weighted_sum, K::rms_norm, K::silu_multiply,    K::maximum,
                           K::exponentiate, K::scale,    K::add_scaled};

}  // namespace

const Kernels& avx2_kernels() {
  return kKernels;
}

}  // namespace lacuna::cpu
