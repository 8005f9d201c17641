// Weight blocks to bfloat16; see cpu/bf16_tiles.h.
#pragma once

#include <cstddef>
#include <cstdint>

#include "format/tensor_type.h"

namespace lacuna::cpu::amx {

using Unpack = void (*)(const std::byte* blocks, uint16_t* out, size_t elements);

Unpack unpack_for(TensorType type);

}  // namespace lacuna::cpu::amx
