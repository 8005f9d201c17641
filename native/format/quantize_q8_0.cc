#include "format/quantize_q8_0.h"

#include <algorithm>
#include <cmath>

#include "format/half.h"
#include "format/quant_blocks.h"

namespace lacuna {

void quantize_q8_0(const float* values, std::byte* blocks, size_t n) {
  for (size_t i = 0; i < n; i += kLegacyBlock, blocks += sizeof(BlockQ8_0)) {
    float largest = 0;
    for (size_t j = 0; j < kLegacyBlock; ++j) largest = std::max(largest, std::fabs(values[i + j]));
    BlockQ8_0 block;
    block.d = f32_to_f16(largest / 127.0f);
    const float scale = f16_to_f32(block.d);
    for (size_t j = 0; j < kLegacyBlock; ++j) {
      const float q = scale > 0 ? std::nearbyint(values[i + j] / scale) : 0.0f;
      block.qs[j] = static_cast<int8_t>(std::clamp(q, -127.0f, 127.0f));
    }
    std::memcpy(blocks, &block, sizeof(block));
  }
}

}  // namespace lacuna
