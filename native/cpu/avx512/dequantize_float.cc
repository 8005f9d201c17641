// The 16-bit floating-point types.
#include "cpu/avx512/dequantize_rows.h"
#include "cpu/avx512/dequantize_simd.h"

namespace lacuna::cpu::avx512 {
namespace {

constexpr size_t kLanes = 16;

// One bit for each of the first `elements` (at most 16) lanes.
__mmask16 lanes(size_t elements) {
  return elements >= kLanes ? __mmask16{0xffff} : static_cast<__mmask16>((1u << elements) - 1);
}

__m512 f16_to_f32(__m256i halves) {
  return _mm512_cvtph_ps(halves);
}

__m512 bf16_to_f32(__m256i halves) {
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(halves), 16));
}

}  // namespace

void dequantize_f16(const std::byte* blocks, float* out, size_t elements) {
  for (size_t i = 0; i < elements; i += kLanes) {
    const __mmask16 mask = lanes(elements - i);
    _mm512_mask_storeu_ps(out + i, mask,
                          f16_to_f32(_mm256_maskz_loadu_epi16(mask, blocks + i * 2)));
  }
}

void dequantize_bf16(const std::byte* blocks, float* out, size_t elements) {
  for (size_t i = 0; i < elements; i += kLanes) {
    const __mmask16 mask = lanes(elements - i);
    _mm512_mask_storeu_ps(out + i, mask,
                          bf16_to_f32(_mm256_maskz_loadu_epi16(mask, blocks + i * 2)));
  }
}

}  // namespace lacuna::cpu::avx512
