// The 256-element types.
#include "format/dequantize_rows.h"
#include "format/half.h"
#include "format/quant_blocks.h"

namespace lacuna::dequantize {
namespace {

// One group's scale and minimum, multiplied out (exact: 11 and 6 bits).
struct GroupScale {
  float scale;
  float minimum;
};

GroupScale group_scale(float d, float dmin, const uint8_t* scales, uint32_t group) {
  uint8_t scale;
  uint8_t minimum;
  unpack_k_scale(scales, group, &scale, &minimum);
  return {d * static_cast<float>(scale), dmin * static_cast<float>(minimum)};
}

}  // namespace

void dequantize_q4_k(const std::byte* blocks, float* out, size_t elements) {
  const auto* block = reinterpret_cast<const BlockQ4_K*>(blocks);
  for (const float* end = out + elements; out != end; ++block) {
    const float d = f16_to_f32(block->d);
    const float dmin = f16_to_f32(block->dmin);
    for (uint32_t group = 0; group < 8; ++group) {
      const GroupScale s = group_scale(d, dmin, block->scales, group);
      const uint8_t* qs = block->qs + group / 2 * 32;
      const uint32_t shift = group % 2 * 4;
      for (uint32_t i = 0; i < 32; ++i) {
        *out++ = s.scale * static_cast<float>(qs[i] >> shift & 15) - s.minimum;
      }
    }
  }
}

void dequantize_q5_k(const std::byte* blocks, float* out, size_t elements) {
  const auto* block = reinterpret_cast<const BlockQ5_K*>(blocks);
  for (const float* end = out + elements; out != end; ++block) {
    const float d = f16_to_f32(block->d);
    const float dmin = f16_to_f32(block->dmin);
    for (uint32_t group = 0; group < 8; ++group) {
      const GroupScale s = group_scale(d, dmin, block->scales, group);
      const uint8_t* qs = block->qs + group / 2 * 32;
      const uint32_t shift = group % 2 * 4;
      for (uint32_t i = 0; i < 32; ++i) {
        const int q = (qs[i] >> shift & 15) | (block->qh[i] >> group & 1) << 4;
        *out++ = s.scale * static_cast<float>(q) - s.minimum;
      }
    }
  }
}

void dequantize_q6_k(const std::byte* blocks, float* out, size_t elements) {
  const auto* block = reinterpret_cast<const BlockQ6_K*>(blocks);
  for (const float* end = out + elements; out != end; ++block) {
    const float d = f16_to_f32(block->d);
    for (uint32_t half = 0; half < 2; ++half) {
      const uint8_t* ql = block->ql + half * 64;
      const uint8_t* qh = block->qh + half * 32;
      for (uint32_t i = 0; i < 128; ++i) {
        const int low = ql[i % 64] >> i / 64 * 4 & 15;
        const int high = qh[i % 32] >> i / 32 * 2 & 3;
        const float scale = d * static_cast<float>(block->scales[half * 8 + i / 16]);
        *out++ = scale * static_cast<float>((low | high << 4) - 32);
      }
    }
  }
}

}  // namespace lacuna::dequantize
