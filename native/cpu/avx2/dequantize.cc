#include "cpu/dequantize.h"

#include <cstring>

#include "cpu/avx2/dequantize_rows.h"

namespace lacuna::cpu {
namespace {

void dequantize_f32(const std::byte* blocks, float* out, size_t elements) {
  std::memcpy(out, blocks, elements * sizeof(float));
}

}  // namespace

DequantizeRow dequantize_row_avx2(TensorType type) {
  switch (type) {
    case TensorType::kF32:
      return dequantize_f32;
    case TensorType::kF16:
      return avx2::dequantize_f16;
    case TensorType::kBF16:
      return avx2::dequantize_bf16;
    case TensorType::kQ4_0:
      return avx2::dequantize_q4_0;
    case TensorType::kQ5_0:
      return avx2::dequantize_q5_0;
    case TensorType::kQ5_1:
      return avx2::dequantize_q5_1;
    case TensorType::kQ8_0:
      return avx2::dequantize_q8_0;
    case TensorType::kIQ4_NL:
      return avx2::dequantize_iq4_nl;
    case TensorType::kQ4_K:
      return avx2::dequantize_q4_k;
    case TensorType::kQ5_K:
      return avx2::dequantize_q5_k;
    case TensorType::kQ6_K:
      return avx2::dequantize_q6_k;
  }
  return nullptr;
}

}  // namespace lacuna::cpu
