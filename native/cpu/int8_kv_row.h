// The layout of a cache row in bytes; see kv_rows.h.
#pragma once

#include <cstddef>

namespace lacuna::cpu {

inline constexpr size_t kKvGroup = 64;  // values that share a scale

// Where the parts of an int8 row lie.
struct Int8KvRow {
  size_t rank;
  size_t width;  // of the row, key included

  size_t groups() const { return (rank + kKvGroup - 1) / kKvGroup; }
  size_t latent() const { return groups() * sizeof(float); }
  size_t key() const { return latent() + rank; }
  size_t bytes() const { return (key() + (width - rank) * 2 + 15) / 16 * 16; }
};

}  // namespace lacuna::cpu
