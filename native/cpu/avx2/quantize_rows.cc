// Activations to bytes: round to nearest, scale by the largest magnitude / 127.
#include <immintrin.h>

#include <cstring>

#include "cpu/avx2/int8.h"

namespace lacuna::cpu::avx2 {
namespace {

struct Group {
  __m256 x[4];
};

Group load(const float* x) {
  return {{_mm256_loadu_ps(x), _mm256_loadu_ps(x + 8), _mm256_loadu_ps(x + 16),
           _mm256_loadu_ps(x + 24)}};
}

float largest_magnitude(const Group& g) {
  const __m256 no_sign = _mm256_castsi256_ps(_mm256_set1_epi32(0x7fffffff));
  const __m256 low = _mm256_max_ps(_mm256_and_ps(g.x[0], no_sign), _mm256_and_ps(g.x[1], no_sign));
  const __m256 high = _mm256_max_ps(_mm256_and_ps(g.x[2], no_sign), _mm256_and_ps(g.x[3], no_sign));
  const __m256 m = _mm256_max_ps(low, high);
  __m128 s = _mm_max_ps(_mm256_castps256_ps128(m), _mm256_extractf128_ps(m, 1));
  s = _mm_max_ps(s, _mm_movehl_ps(s, s));
  return _mm_cvtss_f32(_mm_max_ss(s, _mm_movehdup_ps(s)));
}

// 32 bytes in order.
__m256i round_to_bytes(const Group& g, __m256 factor) {
  const auto words = [&](int i) { return _mm256_cvtps_epi32(_mm256_mul_ps(g.x[i], factor)); };
  // Packing works within halves of a register.
  const __m256i packed = _mm256_packs_epi16(_mm256_packs_epi32(words(0), words(1)),
                                            _mm256_packs_epi32(words(2), words(3)));
  return _mm256_permutevar8x32_epi32(packed, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
}

// Sums of the lower and the upper sixteen bytes.
void sum_halves(__m256i q, int32_t* lower, int32_t* upper) {
  const __m256i fours =
      _mm256_madd_epi16(_mm256_maddubs_epi16(_mm256_set1_epi8(1), q), _mm256_set1_epi16(1));
  const __m256i twos = _mm256_hadd_epi32(fours, fours), ones = _mm256_hadd_epi32(twos, twos);
  *lower = _mm_cvtsi128_si32(_mm256_castsi256_si128(ones));
  *upper = _mm_cvtsi128_si32(_mm256_extracti128_si256(ones, 1));
}

}  // namespace

void quantize_rows(const float* x, size_t x_stride, size_t tokens, const Int8Rows& out) {
  const size_t groups = out.columns / kInt8Group;
  for (size_t t = 0; t < tokens; ++t) {
    int8_t* q = out.q + t * out.byte_stride;
    float* scales = out.scales + t * out.group_stride;
    float* sums = out.sums + t * out.group_stride;
    float* halves = out.halves + 2 * t * out.group_stride;
    for (size_t g = 0; g < groups; ++g) {
      const Group group = load(x + t * x_stride + g * kInt8Group);
      const float largest = largest_magnitude(group);
      const __m256 factor = _mm256_set1_ps(largest > kInt8Smallest ? 127.0f / largest : 0.0f);
      const __m256i bytes = round_to_bytes(group, factor);
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(q + g * kInt8Group), bytes);
      int32_t lower, upper;
      sum_halves(bytes, &lower, &upper);
      scales[g] = largest / 127.0f;
      halves[2 * g] = scales[g] * static_cast<float>(lower);
      halves[2 * g + 1] = scales[g] * static_cast<float>(upper);
      sums[g] = halves[2 * g] + halves[2 * g + 1];
    }
    for (size_t g = groups; g < out.group_stride; ++g)
      scales[g] = sums[g] = halves[2 * g] = halves[2 * g + 1] = 0;
    std::memset(q + out.columns, 0, out.byte_stride - out.columns);
  }
}

}  // namespace lacuna::cpu::avx2
