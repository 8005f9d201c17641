// AVX-VNNI row functions; see cpu/int8_rows.h.
#pragma once

#include "cpu/int8_rows.h"

namespace lacuna::cpu::avxvnni {

// Null for F32, F16 and BF16.
Int8DotRow dot_row(TensorType type);

}  // namespace lacuna::cpu::avxvnni
