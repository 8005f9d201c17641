#include "cpu/kv_rows.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "format/half.h"

namespace lacuna::cpu {
namespace {

// To the nearest bfloat16, ties to even; not-a-number stays so.
uint16_t f32_to_bf16(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  if (std::isnan(value)) return static_cast<uint16_t>(bits >> 16 | 0x40u);
  return static_cast<uint16_t>((bits + 0x7fffu + (bits >> 16 & 1u)) >> 16);
}

}  // namespace

size_t kv_row_width(const ModelConfig& config) {
  return (config.cache_dim() + 31) / 32 * 32;
}

size_t kv_row_bytes(KvForm form, const ModelConfig& config) {
  switch (form) {
    case KvForm::kFloat32:
      return config.cache_dim() * sizeof(float);
    case KvForm::kBf16:
      return kv_row_width(config) * sizeof(uint16_t);
    case KvForm::kInt8:
      return Int8KvRow{config.kv_lora_rank, kv_row_width(config)}.bytes();
  }
  return 0;
}

void store_int8_row(const Int8KvRow& shape, const float* row, std::byte* out) {
  for (size_t g = 0; g < shape.groups(); ++g) {
    const size_t first = g * kKvGroup, last = std::min(first + kKvGroup, shape.rank);
    float largest = 0;
    for (size_t i = first; i < last; ++i) largest = std::max(largest, std::fabs(row[i]));
    const float scale = largest / 127.0f, inverse = largest > 0 ? 127.0f / largest : 0.0f;
    std::memcpy(out + g * sizeof(float), &scale, sizeof(scale));
    for (size_t i = first; i < last; ++i) {
      const float q = std::clamp(std::nearbyint(row[i] * inverse), -127.0f, 127.0f);
      out[shape.latent() + i] = static_cast<std::byte>(static_cast<int8_t>(std::isnan(q) ? 0 : q));
    }
  }
  for (size_t i = shape.rank; i < shape.width; ++i) {
    const uint16_t bits = f32_to_bf16(row[i]);
    std::memcpy(out + shape.key() + (i - shape.rank) * sizeof(bits), &bits, sizeof(bits));
  }
}

void load_int8_row(const Int8KvRow& shape, const std::byte* in, size_t columns, float* row) {
  for (size_t i = 0; i < std::min(columns, shape.rank); ++i) {
    float scale;
    std::memcpy(&scale, in + i / kKvGroup * sizeof(scale), sizeof(scale));
    row[i] = static_cast<float>(static_cast<int8_t>(in[shape.latent() + i])) * scale;
  }
  for (size_t i = shape.rank; i < columns; ++i) {
    uint16_t bits;
    std::memcpy(&bits, in + shape.key() + (i - shape.rank) * sizeof(bits), sizeof(bits));
    row[i] = bf16_to_f32(bits);
  }
}

}  // namespace lacuna::cpu
