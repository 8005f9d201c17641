#include "format/tensor_type.h"

#include <iterator>

#include "format/quant_blocks.h"

namespace lacuna {
namespace {

constexpr TensorTypeTraits kF32Traits{"F32", 1, 4};
constexpr TensorTypeTraits kF16Traits{"F16", 1, 2};
constexpr TensorTypeTraits kBF16Traits{"BF16", 1, 2};
constexpr TensorTypeTraits kQ4_0Traits{"Q4_0", kLegacyBlock, sizeof(BlockQ4_0)};
constexpr TensorTypeTraits kQ5_0Traits{"Q5_0", kLegacyBlock, sizeof(BlockQ5_0)};
constexpr TensorTypeTraits kQ5_1Traits{"Q5_1", kLegacyBlock, sizeof(BlockQ5_1)};
constexpr TensorTypeTraits kQ8_0Traits{"Q8_0", kLegacyBlock, sizeof(BlockQ8_0)};
constexpr TensorTypeTraits kIQ4_NLTraits{"IQ4_NL", kLegacyBlock, sizeof(BlockIQ4_NL)};
constexpr TensorTypeTraits kQ4_KTraits{"Q4_K", kSuperBlock, sizeof(BlockQ4_K)};
constexpr TensorTypeTraits kQ5_KTraits{"Q5_K", kSuperBlock, sizeof(BlockQ5_K)};
constexpr TensorTypeTraits kQ6_KTraits{"Q6_K", kSuperBlock, sizeof(BlockQ6_K)};

// Every id that GGUF has ever defined, by position; a removed type keeps its name.
constexpr const char* kNames[] = {
    "F32",   "F16",        "Q4_0",       "Q4_1",       "Q4_2",     "Q4_3",     "Q5_0",
    "Q5_1",  "Q8_0",       "Q8_1",       "Q2_K",       "Q3_K",     "Q4_K",     "Q5_K",
    "Q6_K",  "Q8_K",       "IQ2_XXS",    "IQ2_XS",     "IQ3_XXS",  "IQ1_S",    "IQ4_NL",
    "IQ3_S", "IQ2_S",      "IQ4_XS",     "I8",         "I16",      "I32",      "I64",
    "F64",   "IQ1_M",      "BF16",       "Q4_0_4_4",   "Q4_0_4_8", "Q4_0_8_8", "TQ1_0",
    "TQ2_0", "IQ4_NL_4_4", "IQ4_NL_4_8", "IQ4_NL_8_8", "MXFP4",    "NVFP4",    "Q1_0",
};
static_assert(std::size(kNames) == 42);

}  // namespace

const TensorTypeTraits* tensor_type_traits(TensorType type) {
  switch (type) {
    case TensorType::kF32:
      return &kF32Traits;
    case TensorType::kF16:
      return &kF16Traits;
    case TensorType::kBF16:
      return &kBF16Traits;
    case TensorType::kQ4_0:
      return &kQ4_0Traits;
    case TensorType::kQ5_0:
      return &kQ5_0Traits;
    case TensorType::kQ5_1:
      return &kQ5_1Traits;
    case TensorType::kQ8_0:
      return &kQ8_0Traits;
    case TensorType::kIQ4_NL:
      return &kIQ4_NLTraits;
    case TensorType::kQ4_K:
      return &kQ4_KTraits;
    case TensorType::kQ5_K:
      return &kQ5_KTraits;
    case TensorType::kQ6_K:
      return &kQ6_KTraits;
  }
  return nullptr;
}

const char* tensor_type_name(uint32_t id) {
  return id < std::size(kNames) ? kNames[id] : nullptr;
}

const char* supported_tensor_type_names() {
  return "F32, F16, BF16, Q8_0, Q4_0, Q5_0, Q5_1, IQ4_NL, Q4_K, Q5_K and Q6_K";
}

}  // namespace lacuna
