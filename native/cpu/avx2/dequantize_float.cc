// The 16-bit floating-point types.
#include "cpu/avx2/dequantize_rows.h"
#include "cpu/avx2/dequantize_simd.h"

namespace lacuna::cpu::avx2 {
namespace {

constexpr size_t kLanes = 8;

__m256 bf16_to_f32(__m128i halves) {
  return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(halves), 16));
}

// The last 1 … 7 elements, as if zeros followed.
__m128i load_rest(const std::byte* halves, size_t elements) {
  uint16_t padded[kLanes] = {};
  std::memcpy(padded, halves, elements * sizeof(uint16_t));
  return load16(padded);
}

void store_rest(float* out, __m256 values, size_t elements) {
  float padded[kLanes];
  _mm256_storeu_ps(padded, values);
  std::memcpy(out, padded, elements * sizeof(float));
}

}  // namespace

void dequantize_f16(const std::byte* blocks, float* out, size_t elements) {
  size_t i = 0;
  for (; i + kLanes <= elements; i += kLanes) {
    _mm256_storeu_ps(out + i, _mm256_cvtph_ps(load16(blocks + i * 2)));
  }
  if (i < elements) {
    store_rest(out + i, _mm256_cvtph_ps(load_rest(blocks + i * 2, elements - i)), elements - i);
  }
}

void dequantize_bf16(const std::byte* blocks, float* out, size_t elements) {
  size_t i = 0;
  for (; i + kLanes <= elements; i += kLanes) {
    _mm256_storeu_ps(out + i, bf16_to_f32(load16(blocks + i * 2)));
  }
  if (i < elements) {
    store_rest(out + i, bf16_to_f32(load_rest(blocks + i * 2, elements - i)), elements - i);
  }
}

}  // namespace lacuna::cpu::avx2
