// Float32 as Q8_0 blocks: 32 bytes and the f16 scale max / 127.
#pragma once

#include <cstddef>

namespace lacuna {

// Writes n / 32 blocks of 34 bytes; n is a multiple of 32. Values are finite.
void quantize_q8_0(const float* values, std::byte* blocks, size_t n);

}  // namespace lacuna
