// Values of the cache, four at a time.
#pragma once

#include "kv_cache.h"
#include "ptx.h"
#include "vectors.cuh"

namespace lacuna::kernels {

struct F16Cache {
  using Value = uint16_t;
  // `p` is aligned to 8.
  LACUNA_DEVICE void load4(const Value* p, float (&x)[4] LACUNA_SITE) {
    const Bytes8 v = load(reinterpret_cast<const Bytes8*>(p) LACUNA_AT);
    LACUNA_UNROLL
    for (int i = 0; i < 4; ++i) {
      x[i] = f16_to_float(static_cast<uint16_t>(v.word[i / 2] >> i % 2 * 16));
    }
  }
  LACUNA_DEVICE void store4(Value* p, const float (&x)[4] LACUNA_SITE) {
    const Bytes8 v{{floats_to_f16x2(x[0], x[1]), floats_to_f16x2(x[2], x[3])}};
    store(reinterpret_cast<Bytes8*>(p), v LACUNA_AT);
  }
};

struct F32Cache {
  using Value = float;
  // `p` is aligned to 16.
  LACUNA_DEVICE void load4(const Value* p, float (&x)[4] LACUNA_SITE) {
    kernels::load4(p, 0, 4, true, x LACUNA_AT);
  }
  LACUNA_DEVICE void store4(Value* p, const float (&x)[4] LACUNA_SITE) {
    kernels::store4(p, 0, 4, true, x LACUNA_AT);
  }
};

// Row of `position` in the cache; `pages` are the sequence's.
template <class Cache>
LACUNA_DEVICE typename Cache::Value* cache_row(const KvCacheView& cache, const uint32_t* pages,
                                               uint32_t position LACUNA_SITE) {
  const uint32_t page = load_cached(pages + position / kCachePageTokens LACUNA_AT);
  const uint64_t row = static_cast<uint64_t>(page) * kCachePageTokens + position % kCachePageTokens;
  return static_cast<typename Cache::Value*>(cache.rows) + row * cache.row_width;
}

}  // namespace lacuna::kernels
