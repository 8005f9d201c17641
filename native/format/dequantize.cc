#include "format/dequantize.h"

#include <cstring>

#include "format/dequantize_rows.h"
#include "format/half.h"

namespace lacuna {
namespace {

void dequantize_f32(const std::byte* blocks, float* out, size_t elements) {
  std::memcpy(out, blocks, elements * sizeof(float));
}

void dequantize_f16(const std::byte* blocks, float* out, size_t elements) {
  for (size_t i = 0; i < elements; ++i) {
    uint16_t half;
    std::memcpy(&half, blocks + i * sizeof(half), sizeof(half));
    out[i] = f16_to_f32(half);
  }
}

void dequantize_bf16(const std::byte* blocks, float* out, size_t elements) {
  for (size_t i = 0; i < elements; ++i) {
    uint16_t half;
    std::memcpy(&half, blocks + i * sizeof(half), sizeof(half));
    out[i] = bf16_to_f32(half);
  }
}

}  // namespace

DequantizeRow dequantize_row(TensorType type) {
  switch (type) {
    case TensorType::kF32:
      return dequantize_f32;
    case TensorType::kF16:
      return dequantize_f16;
    case TensorType::kBF16:
      return dequantize_bf16;
    case TensorType::kQ4_0:
      return dequantize::dequantize_q4_0;
    case TensorType::kQ5_0:
      return dequantize::dequantize_q5_0;
    case TensorType::kQ5_1:
      return dequantize::dequantize_q5_1;
    case TensorType::kQ8_0:
      return dequantize::dequantize_q8_0;
    case TensorType::kIQ4_NL:
      return dequantize::dequantize_iq4_nl;
    case TensorType::kQ4_K:
      return dequantize::dequantize_q4_k;
    case TensorType::kQ5_K:
      return dequantize::dequantize_q5_k;
    case TensorType::kQ6_K:
      return dequantize::dequantize_q6_k;
  }
  return nullptr;
}

}  // namespace lacuna
