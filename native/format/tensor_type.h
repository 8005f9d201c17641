// Weight types of GGUF: their ids, names and block sizes.
#pragma once

#include <cstdint>

namespace lacuna {

// Ids as they stand in the file. A file may name other ids; `tensor_type_traits` knows the ones
// below.
enum class TensorType : uint32_t {
  kF32 = 0,
  kF16 = 1,
  kQ4_0 = 2,
  kQ5_0 = 6,
  kQ5_1 = 7,
  kQ8_0 = 8,
  kQ4_K = 12,
  kQ5_K = 13,
  kQ6_K = 14,
  kIQ4_NL = 20,
  kBF16 = 30,
};

struct TensorTypeTraits {
  const char* name;         // GGUF's own name, e.g. "Q4_K"
  uint32_t block_elements;  // elements that share one block; divides the contiguous dimension
  uint32_t block_bytes;     // bytes of one block
};

// Null where the engine cannot compute with this type.
const TensorTypeTraits* tensor_type_traits(TensorType type);

// The name of any type id that GGUF defines, supported or not ("Q2_K"); "type 99" is the caller's
// to write where this returns null.
const char* tensor_type_name(uint32_t id);

// The names of the types the engine computes with, as a sentence lists them.
const char* supported_tensor_type_names();

}  // namespace lacuna
