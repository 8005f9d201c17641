// Weight rows to float32, for every weight type. The scalar reference defines the result; the AVX2
// and AVX-512 versions give the same bits (each value is rounded at most once, so no order of
// operations can differ); only the payload of a NaN, from a scale that is infinite or NaN, is left
// open.
#pragma once

#include <cstddef>
#include <cstdint>

#include "format/tensor_type.h"

namespace lacuna::cpu {

// Writes `elements` floats from consecutive blocks at `blocks`; `elements` is a multiple of the
// type's block. `blocks` needs no alignment. F32, F16 and BF16 have blocks of one element.
using DequantizeRow = void (*)(const std::byte* blocks, float* out, size_t elements);

// Null where the type is not supported.
DequantizeRow dequantize_row_reference(TensorType type);
#ifdef LACUNA_X86
DequantizeRow dequantize_row_avx2(TensorType type);
DequantizeRow dequantize_row_avx512(TensorType type);
#endif

}  // namespace lacuna::cpu
