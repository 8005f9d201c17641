// The key–value section of a GGUF file.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "format/byte_reader.h"
#include "format/gguf.h"

namespace lacuna {

// Fewest bytes an entry can take: a key's length, a value type, a one-byte value.
constexpr uint64_t kLeastMetadataBytes = 8 + 4 + 1;

// Reads `count` entries from the reader's position. Throws Error kCorrupt: an empty, overlong or
// repeated key, an unknown value type, a nested array, a bool that is neither 0 nor 1, arrays too
// long to be meant.
std::vector<std::pair<std::string, GgufValue>> read_gguf_metadata(ByteReader& reader,
                                                                  uint64_t count);

}  // namespace lacuna
