// Random weights of every type that the engine reads, and what they mean.
#pragma once

#include <vector>

#include "cases/case.h"
#include "format/tensor_type.h"

namespace lacuna::cases {

inline constexpr TensorType kQuantizedTypes[] = {
    TensorType::kQ4_0,   TensorType::kQ5_0, TensorType::kQ5_1, TensorType::kQ8_0,
    TensorType::kIQ4_NL, TensorType::kQ4_K, TensorType::kQ5_K, TensorType::kQ6_K};
inline constexpr TensorType kFloatTypes[] = {TensorType::kF32, TensorType::kF16, TensorType::kBF16};

// `q4_k` for kQ4_K: what kernels are called after.
std::string lower_name(TensorType type);

// Any bytes in whole blocks, with scales of a sensible size.
std::vector<uint8_t> random_blocks(Random& random, TensorType type, size_t elements);

// By the scalar definition.
std::vector<float> dequantized(TensorType type, const std::vector<uint8_t>& blocks);

// Bytes of a row.
size_t row_bytes(TensorType type, size_t columns);

}  // namespace lacuna::cases
