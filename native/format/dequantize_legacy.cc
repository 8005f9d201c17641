// The 32-element types. Low nibbles are elements 0 … 15, high ones 16 … 31.
#include <cstring>

#include "format/dequantize_rows.h"
#include "format/half.h"
#include "format/quant_blocks.h"

namespace lacuna::dequantize {
namespace {

// Element `i` (0 … 31) of the sixteen bytes `qs`.
int nibble(const uint8_t* qs, uint32_t i) {
  return i < 16 ? qs[i] & 15 : qs[i - 16] >> 4;
}

// The fifth bit of element `i`, in its place.
int fifth_bit(const uint8_t* qh, uint32_t i) {
  return (qh[i / 8] >> i % 8 & 1) << 4;
}

}  // namespace

void dequantize_q4_0(const std::byte* blocks, float* out, size_t elements) {
  const auto* block = reinterpret_cast<const BlockQ4_0*>(blocks);
  for (const float* end = out + elements; out != end; ++block) {
    const float d = f16_to_f32(block->d);
    for (uint32_t i = 0; i < kLegacyBlock; ++i) {
      *out++ = d * static_cast<float>(nibble(block->qs, i) - 8);
    }
  }
}

void dequantize_q5_0(const std::byte* blocks, float* out, size_t elements) {
  const auto* block = reinterpret_cast<const BlockQ5_0*>(blocks);
  for (const float* end = out + elements; out != end; ++block) {
    const float d = f16_to_f32(block->d);
    for (uint32_t i = 0; i < kLegacyBlock; ++i) {
      *out++ = d * static_cast<float>((nibble(block->qs, i) | fifth_bit(block->qh, i)) - 16);
    }
  }
}

void dequantize_q5_1(const std::byte* blocks, float* out, size_t elements) {
  const auto* block = reinterpret_cast<const BlockQ5_1*>(blocks);
  for (const float* end = out + elements; out != end; ++block) {
    const float d = f16_to_f32(block->d);
    const float m = f16_to_f32(block->m);
    for (uint32_t i = 0; i < kLegacyBlock; ++i) {
      *out++ = d * static_cast<float>(nibble(block->qs, i) | fifth_bit(block->qh, i)) + m;
    }
  }
}

void dequantize_q8_0(const std::byte* blocks, float* out, size_t elements) {
  const auto* block = reinterpret_cast<const BlockQ8_0*>(blocks);
  for (const float* end = out + elements; out != end; ++block) {
    const float d = f16_to_f32(block->d);
    for (uint32_t i = 0; i < kLegacyBlock; ++i) *out++ = d * static_cast<float>(block->qs[i]);
  }
}

void dequantize_iq4_nl(const std::byte* blocks, float* out, size_t elements) {
  const auto* block = reinterpret_cast<const BlockIQ4_NL*>(blocks);
  for (const float* end = out + elements; out != end; ++block) {
    const float d = f16_to_f32(block->d);
    for (uint32_t i = 0; i < kLegacyBlock; ++i) {
      *out++ = d * static_cast<float>(kIQ4_NLValues[nibble(block->qs, i)]);
    }
  }
}

}  // namespace lacuna::dequantize
