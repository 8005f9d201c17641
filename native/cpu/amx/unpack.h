// Weight blocks to bfloat16; see cpu/bf16_tiles.h.
#pragma once

#include "cpu/bf16_tiles.h"

namespace lacuna::cpu::amx {

UnpackTileRow unpack_for(TensorType type);

}  // namespace lacuna::cpu::amx
