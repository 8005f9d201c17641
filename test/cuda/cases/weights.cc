#include "cases/weights.h"

#include <cctype>

#include "format/dequantize.h"

namespace lacuna::cases {
namespace {

// Where the block's 16-bit floats stand.
std::vector<size_t> halves_of(TensorType type) {
  switch (type) {
    case TensorType::kQ5_1:
    case TensorType::kQ4_K:
    case TensorType::kQ5_K:
      return {0, 2};
    case TensorType::kQ6_K:
      return {208};
    default:
      return {0};
  }
}

void put_half(uint8_t* at, uint16_t half) {
  std::memcpy(at, &half, sizeof(half));
}

}  // namespace

std::string lower_name(TensorType type) {
  std::string name = tensor_type_traits(type)->name;
  for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return name;
}

size_t row_bytes(TensorType type, size_t columns) {
  const TensorTypeTraits& traits = *tensor_type_traits(type);
  return columns / traits.block_elements * traits.block_bytes;
}

std::vector<uint8_t> random_blocks(Random& random, TensorType type, size_t elements) {
  const TensorTypeTraits& traits = *tensor_type_traits(type);
  std::vector<uint8_t> bytes = random.bytes(row_bytes(type, elements));
  for (size_t block = 0; block < bytes.size(); block += traits.block_bytes) {
    uint8_t* at = &bytes[block];
    const float value = random.number();
    if (type == TensorType::kF32) {
      std::memcpy(at, &value, sizeof(value));
    } else if (type == TensorType::kBF16) {
      uint32_t bits;
      std::memcpy(&bits, &value, sizeof(bits));
      put_half(at, static_cast<uint16_t>(bits >> 16));
    } else {
      for (const size_t offset : halves_of(type))
        put_half(at + offset, f32_to_f16(random.number(0.01f)));
      if (type == TensorType::kF16) put_half(at, f32_to_f16(value));
    }
  }
  return bytes;
}

std::vector<float> dequantized(TensorType type, const std::vector<uint8_t>& blocks) {
  const TensorTypeTraits& traits = *tensor_type_traits(type);
  std::vector<float> values(blocks.size() / traits.block_bytes * traits.block_elements);
  dequantize_row(type)(reinterpret_cast<const std::byte*>(blocks.data()), values.data(),
                       values.size());
  return values;
}

}  // namespace lacuna::cases
