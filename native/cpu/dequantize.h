// Vector versions of format/dequantize.h. They give the same bits (each value is rounded at most
// once, so no order of operations can differ); only the payload of a NaN, from a scale that is
// infinite or NaN, is left open.
#pragma once

#include "format/dequantize.h"

namespace lacuna::cpu {

#ifdef LACUNA_X86
DequantizeRow dequantize_row_avx2(TensorType type);
DequantizeRow dequantize_row_avx512(TensorType type);
#endif

}  // namespace lacuna::cpu
