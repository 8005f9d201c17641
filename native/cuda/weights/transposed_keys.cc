#include "cuda/weights/transposed_keys.h"

#include <cstring>

#include "format/dequantize.h"
#include "format/half.h"

namespace lacuna::cuda {
namespace {

size_t value_bytes(const MatrixStack& k_b) {
  return k_b.first.type == TensorType::kF32 ? sizeof(float) : sizeof(uint16_t);
}

}  // namespace

TransposedKeys::TransposedKeys(const MatrixStack& k_b) : bytes_(transposed_key_bytes(k_b)) {
  const size_t rank = k_b.first.rows, nope = k_b.first.columns, each = value_bytes(k_b);
  matrix_ = {bytes_.data(), each == sizeof(float) ? TensorType::kF32 : TensorType::kF16,
             k_b.count * nope, rank, rank * each};
  const auto dequantize = dequantize_row(k_b.first.type);
  std::vector<float> row(nope);
  for (size_t h = 0; h < k_b.count; ++h) {
    for (size_t r = 0; r < rank; ++r) {
      dequantize(k_b[h].row(r), row.data(), nope);
      for (size_t n = 0; n < nope; ++n) {
        std::byte* const out = bytes_.data() + ((h * nope + n) * rank + r) * each;
        if (each == sizeof(float)) {
          std::memcpy(out, &row[n], each);
        } else {
          const uint16_t half = f32_to_f16(row[n]);
          std::memcpy(out, &half, each);
        }
      }
    }
  }
}

size_t transposed_key_bytes(const MatrixStack& k_b) {
  return k_b.count * k_b.first.rows * k_b.first.columns * value_bytes(k_b);
}

}  // namespace lacuna::cuda
