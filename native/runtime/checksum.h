#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "format/gguf.h"

namespace lacuna {

// 64 bits that change with any bit of `bytes`, and with `seed`. Against accidents, not attackers.
uint64_t checksum(std::span<const std::byte> bytes, uint64_t seed = 0);

// Tells models apart without reading gigabytes: of the file's size, all of its header, and samples
// of its weights.
uint64_t fingerprint(const GgufFile& file);

}  // namespace lacuna
