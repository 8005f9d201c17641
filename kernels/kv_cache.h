// The cache of latent attention on the device, and where the rows of a pass stand in it. Shared by
// kernels and host.
#pragma once

#include <stdint.h>

namespace lacuna::kernels {

inline constexpr uint32_t kCachePageTokens = 64;

// What the kernels of this family take; whoever loads a model refuses others. All are multiples of
// 16, and so is every row of the cache in bytes. Sizes that become 16-bit rows are multiples of 32.
inline constexpr uint32_t kMlaMostHeads = 128;
inline constexpr uint32_t kMlaMostRank = 512;
inline constexpr uint32_t kMlaMostRope = 64;
inline constexpr uint32_t kMlaMostNope = 128;
inline constexpr uint32_t kMlaMostValue = 128;

constexpr bool mla_takes(uint32_t heads, uint32_t rank, uint32_t rope, uint32_t nope,
                         uint32_t value) {
  const auto fits = [](uint32_t n, uint32_t most) { return n > 0 && n <= most && n % 16 == 0; };
  return heads > 0 && heads <= kMlaMostHeads && fits(rank, kMlaMostRank) &&
         fits(rope, kMlaMostRope) && fits(nope, kMlaMostNope) && fits(value, kMlaMostValue);
}

// One layer's cache, [pages, kCachePageTokens, row_width] values: halves for kernels `…_f16`,
// floats for `…_f32`. A row is what is kept of one position: the normed latent (rank values), then
// the rotated key (rope_dim). Begins at a multiple of 16 bytes; row_width ≥ rank + rope_dim is a
// multiple of 8.
struct KvCacheView {
  void* rows;
  uint32_t row_width;
};

// The position of a row that only fills a batch: nothing is kept of it, and it attends to nothing.
inline constexpr uint32_t kNoPosition = 0xffffffffu;

// The place of each row of a pass; rows may belong to different sequences, in any order.
struct PassRows {
  const uint32_t* positions;   // [rows], or kNoPosition
  const uint32_t* sequences;   // [rows]: the sequence's row of page_table
  const uint32_t* page_table;  // [sequences, table_stride]: page p holds positions 64p … 64p + 63
  uint32_t table_stride;
  const float* cosines;  // [rows, rope_dim / 2] of the rows' angles, aligned to 8
  const float* sines;
};

}  // namespace lacuna::kernels
