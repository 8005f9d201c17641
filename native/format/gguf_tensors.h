// The tensor directory of a GGUF file: names, shapes, types, and where the data lies.
#pragma once

#include <cstdint>
#include <vector>

#include "format/byte_reader.h"
#include "format/gguf.h"

namespace lacuna {

// Fewest bytes an entry can take: a name's length, a dimension count, one dimension, a type, an
// offset.
constexpr uint64_t kLeastTensorBytes = 8 + 4 + 8 + 4 + 8;

// Reads `count` entries from the reader's position; the data begins at the next multiple of
// `alignment`, a power of two. Throws Error kUnsupported for a type the engine cannot compute with;
// kCorrupt for an empty, overlong or repeated name, a dimension count other than 1 … 4, an empty or
// overflowing shape, a row that does not fill its blocks, an offset off its alignment, data outside
// the file, or overlapping data.
std::vector<TensorInfo> read_gguf_tensors(ByteReader& reader, uint64_t count, uint64_t alignment);

}  // namespace lacuna
