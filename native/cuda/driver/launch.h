// Grids from sizes.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lacuna::cuda {

constexpr uint32_t blocks_for(size_t count, size_t each) {
  return static_cast<uint32_t>((count + each - 1) / each);
}

}  // namespace lacuna::cuda
