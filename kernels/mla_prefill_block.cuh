// What a block of decompressed attention works on, for halves and for floats: sixteen rows of one
// head a warp, and a few keys and values at a time that the block brings into shared memory.
#pragma once

#include "cache_formats.cuh"
#include "mla_prefill.h"
#include "shared_rows.cuh"

namespace lacuna::kernels {

inline constexpr uint32_t kMlaPrefillWarps = kMlaPrefillThreads / kWarp;
inline constexpr uint32_t kMlaMostWidth = kMlaMostNope + kMlaMostRope;
static_assert(kMlaPrefillRows == 16 * kMlaPrefillWarps);

// What the rows of a block attend to, and the rows.
struct MlaBlock {
  const MlaPrefillParams& p;
  uint32_t head;
  uint32_t first_row, rows;
  uint32_t keys;  // of the slice, as many as the last of the rows sees

  LACUNA_METHOD uint32_t width() const { return p.nope_dim + p.rope_dim; }
  LACUNA_METHOD const float* query(uint32_t row) const {
    return p.q + (static_cast<uint64_t>(row) * p.heads + head) * width();
  }
  LACUNA_METHOD const float* key(uint32_t k) const {
    return p.keys + (static_cast<uint64_t>(k) * p.heads + head) * p.nope_dim;
  }
  LACUNA_METHOD const float* value(uint32_t k) const {
    return p.values + (static_cast<uint64_t>(k) * p.heads + head) * p.value_dim;
  }
  template <class Cache>
  LACUNA_METHOD const typename Cache::Value* rotated_key(uint32_t k LACUNA_SITE) const {
    return cache_row<Cache>(p.cache, p.pages, p.first_key + k LACUNA_AT) + p.rank;
  }
};

// A warp copies `count` values, whole sixteens of bytes; zeros where they are not valid.
template <class Value>
LACUNA_DEVICE void copy_row(Value* to, const Value* from, uint32_t count, bool valid LACUNA_SITE) {
  constexpr uint32_t kEach = 16 / sizeof(Value);
  for (uint32_t i = lane_index() * kEach; i < count; i += kWarp * kEach) {
    copy_async16(to + i, from + i, valid ? 16 : 0 LACUNA_AT);
  }
}

// Attended values of sixteen rows, eight values each, as tensor cores lay them out.
using MlaAttended = float[kMlaMostValue / 8][4];

}  // namespace lacuna::kernels
