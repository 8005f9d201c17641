// AVX2 functions over byte activations; see cpu/int8_rows.h.
#pragma once

#include "cpu/int8_rows.h"

namespace lacuna::cpu::avx2 {

// Null for F32, F16 and BF16.
Int8DotRow dot_row(TensorType type);

void quantize_rows(const float* x, size_t x_stride, size_t tokens, const Int8Rows& out);

}  // namespace lacuna::cpu::avx2
