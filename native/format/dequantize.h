// Weight rows to float32: what the bytes of every weight type mean. The vector versions in
// format/dequantize.h give the same bits.
#pragma once

#include <cstddef>

#include "format/tensor_type.h"

namespace lacuna {

// Writes `elements` floats from consecutive blocks at `blocks`; `elements` is a multiple of the
// type's block. `blocks` needs no alignment. F32, F16 and BF16 have blocks of one element.
using DequantizeRow = void (*)(const std::byte* blocks, float* out, size_t elements);

// The scalar definition. Null where the type is not supported.
DequantizeRow dequantize_row(TensorType type);

}  // namespace lacuna
