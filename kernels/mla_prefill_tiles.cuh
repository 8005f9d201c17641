// The tensor cores' part of decompressed attention, in halves and in floats: sixteen rows of one
// head a warp, times a few keys and values that the block brings into shared memory.
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

// In halves, the queries in two parts: keys, values and weights are rounded. What is copied from
// global memory waits as it came until the keys before it are done with; the thread that has copied
// a value converts it.
struct MlaPrefillF16 {
  using Cache = F16Cache;
  static constexpr uint32_t kKeys = 32;
  static constexpr uint32_t kSteps = kMlaMostWidth / 16;

  const MlaBlock& block;
  float *raw_keys, *raw_values;              // [kKeys, nope_dim], [kKeys, value_dim]
  uint16_t* raw_rotated;                     // [kKeys, rope_dim]
  uint16_t *keys, *values;                   // [kKeys, width + 8], [kKeys, value_dim + 8]
  uint32_t high[kSteps][4], low[kSteps][4];  // of the queries

  LACUNA_METHOD explicit MlaPrefillF16(const MlaBlock& of) : block(of) {
    const MlaPrefillParams& p = of.p;
    raw_keys = reinterpret_cast<float*>(dynamic_shared_memory());
    raw_values = raw_keys + kKeys * p.nope_dim;
    raw_rotated = reinterpret_cast<uint16_t*>(raw_values + kKeys * p.value_dim);
    keys = raw_rotated + kKeys * p.rope_dim;
    values = keys + kKeys * key_stride();
  }
  LACUNA_METHOD uint32_t key_stride() const { return block.width() + 8; }
  LACUNA_METHOD uint32_t value_stride() const { return block.p.value_dim + 8; }

  LACUNA_METHOD void fetch(uint32_t first LACUNA_SITE) const {
    const MlaPrefillParams& p = block.p;
    static_assert(kMlaMostNope <= 4 * kWarp && kMlaMostValue <= 4 * kWarp);
    LACUNA_UNROLL
    for (uint32_t r = warp_index(); r < kKeys; r += kMlaPrefillWarps) {
      const bool valid = first + r < block.keys;
      const uint32_t k = valid ? first + r : 0;
      copy_row(raw_keys + r * p.nope_dim, block.key(k), p.nope_dim, valid LACUNA_AT);
      copy_row(raw_values + r * p.value_dim, block.value(k), p.value_dim, valid LACUNA_AT);
      copy_row(raw_rotated + r * p.rope_dim,
               const_cast<const uint16_t*>(block.rotated_key<Cache>(k LACUNA_AT)), p.rope_dim,
               valid LACUNA_AT);
    }
  }

  // Queries come straight from global memory; the first keys are on their way.
  LACUNA_METHOD void begin(LACUNA_ONLY_SITE) {
    fetch(0 LACUNA_AT);
    copy_async_commit();
    const uint32_t g = lane_index() / 4, t = lane_index() % 4;
    LACUNA_UNROLL
    for (uint32_t s = 0; s < kSteps; ++s) {
      if (s * 16 >= block.width()) break;
      LACUNA_UNROLL
      for (uint32_t i = 0; i < 4; ++i) {
        const uint32_t row = warp_index() * 16 + g + i % 2 * 8;
        Bytes8 v{};
        if (row < block.rows) {
          v = load(reinterpret_cast<const Bytes8*>(block.query(block.first_row + row) + s * 16 +
                                                   2 * t + i / 2 * 8) LACUNA_AT);
        }
        split_to_f16x2({bits_float(v.word[0]), bits_float(v.word[1])}, high[s][i], low[s][i]);
      }
    }
  }

  static LACUNA_METHOD void convert(uint16_t* to, const float* from, uint32_t count) {
    const uint32_t i = lane_index() * 4;
    if (i >= count) return;
    const auto v = *reinterpret_cast<const Bytes16*>(from + i);
    *reinterpret_cast<Bytes8*>(to + i) = {
        {floats_to_f16x2(bits_float(v.word[0]), bits_float(v.word[1])),
         floats_to_f16x2(bits_float(v.word[2]), bits_float(v.word[3]))}};
  }

  // Makes keys first … ready, and calls those after them.
  LACUNA_METHOD void advance(uint32_t first LACUNA_SITE) {
    const MlaPrefillParams& p = block.p;
    copy_async_wait<0>();
    block_barrier(LACUNA_ONLY_AT);  // all are done with the keys before
    LACUNA_UNROLL
    for (uint32_t r = warp_index(); r < kKeys; r += kMlaPrefillWarps) {
      uint16_t* key = keys + r * key_stride();
      convert(key, raw_keys + r * p.nope_dim, p.nope_dim);
      convert(values + r * value_stride(), raw_values + r * p.value_dim, p.value_dim);
      if (const uint32_t i = lane_index() * 8; i < p.rope_dim) {
        *reinterpret_cast<Bytes16*>(key + p.nope_dim + i) =
            *reinterpret_cast<const Bytes16*>(raw_rotated + r * p.rope_dim + i);
      }
    }
    block_barrier(LACUNA_ONLY_AT);
    if (first + kKeys < block.keys) fetch(first + kKeys LACUNA_AT);
    copy_async_commit();
  }

  LACUNA_METHOD void add_scores(float (&scores)[kKeys / 8][4] LACUNA_SITE) const {
    const SharedRows rows{reinterpret_cast<const unsigned char*>(keys), key_stride() * 2};
    LACUNA_UNROLL
    for (uint32_t s = 0; s < kSteps; ++s) {
      if (s * 16 >= block.width()) break;
      LACUNA_UNROLL
      for (uint32_t n = 0; n < kKeys / 16; ++n) {
        uint32_t b[2][2];
        load_keys(b, rows, n * 16, s * 16 LACUNA_AT);
        LACUNA_UNROLL
        for (uint32_t i = 0; i < 2; ++i) {
          mma_f16(scores[2 * n + i], low[s], b[i] LACUNA_AT);
          mma_f16(scores[2 * n + i], high[s], b[i] LACUNA_AT);
        }
      }
    }
  }

  // A result of tensor cores lies as their left operand does.
  LACUNA_METHOD void add_values(const float (&weights)[kKeys / 8][4],
                                MlaAttended& attended LACUNA_SITE) const {
    const SharedRows rows{reinterpret_cast<const unsigned char*>(values), value_stride() * 2};
    LACUNA_UNROLL
    for (uint32_t n = 0; n < kKeys / 16; ++n) {
      uint32_t a[4];
      LACUNA_UNROLL
      for (uint32_t i = 0; i < 4; ++i) {
        const float (&w)[4] = weights[2 * n + i / 2];
        a[i] = floats_to_f16x2(w[i % 2 * 2], w[i % 2 * 2 + 1]);
      }
      LACUNA_UNROLL
      for (uint32_t c = 0; c < kMlaMostValue; c += 16) {
        if (c >= block.p.value_dim) break;
        uint32_t b[2][2];
        load_values(b, rows, n * 16, c LACUNA_AT);
        mma_f16(attended[c / 8], a, b[0] LACUNA_AT);
        mma_f16(attended[c / 8 + 1], a, b[1] LACUNA_AT);
      }
    }
  }
};

// Floats in their full precision, in two stages.
struct MlaPrefillF32 {
  using Cache = F32Cache;
  static constexpr uint32_t kKeys = 16;

  const MlaBlock& block;
  float* queries;  // [kMlaPrefillRows, width + 8]
  float* stages;   // [2][[kKeys, width + 8], [kKeys, value_dim + 4]]
  const float *keys, *values;

  LACUNA_METHOD explicit MlaPrefillF32(const MlaBlock& of) : block(of) {
    queries = reinterpret_cast<float*>(dynamic_shared_memory());
    stages = queries + kMlaPrefillRows * key_stride();
  }
  LACUNA_METHOD uint32_t key_stride() const { return block.width() + 8; }
  LACUNA_METHOD uint32_t value_stride() const { return block.p.value_dim + 4; }
  LACUNA_METHOD float* stage(uint32_t first) const {
    return stages + first / kKeys % 2 * kKeys * (key_stride() + value_stride());
  }

  LACUNA_METHOD void fetch(uint32_t first LACUNA_SITE) const {
    const MlaPrefillParams& p = block.p;
    float* to = stage(first);
    LACUNA_UNROLL
    for (uint32_t r = warp_index(); r < kKeys; r += kMlaPrefillWarps) {
      const bool valid = first + r < block.keys;
      const uint32_t k = valid ? first + r : 0;
      float* key = to + r * key_stride();
      copy_row(key, block.key(k), p.nope_dim, valid LACUNA_AT);
      copy_row(key + p.nope_dim, const_cast<const float*>(block.rotated_key<Cache>(k LACUNA_AT)),
               p.rope_dim, valid LACUNA_AT);
      copy_row(to + kKeys * key_stride() + r * value_stride(), block.value(k), p.value_dim,
               valid LACUNA_AT);
    }
  }

  LACUNA_METHOD void begin(LACUNA_ONLY_SITE) {
    for (uint32_t r = warp_index(); r < kMlaPrefillRows; r += kMlaPrefillWarps) {
      const bool valid = r < block.rows;
      copy_row(queries + r * key_stride(), block.query(block.first_row + (valid ? r : 0)),
               block.width(), valid LACUNA_AT);
    }
    fetch(0 LACUNA_AT);
    copy_async_commit();
  }

  // Makes keys first … ready, and calls those after them.
  LACUNA_METHOD void advance(uint32_t first LACUNA_SITE) {
    copy_async_wait<0>();
    block_barrier(LACUNA_ONLY_AT);  // they are here for all, and all are done with those before
    if (first + kKeys < block.keys) fetch(first + kKeys LACUNA_AT);
    copy_async_commit();
    keys = stage(first);
    values = keys + kKeys * key_stride();
  }

  LACUNA_METHOD void add_scores(float (&scores)[kKeys / 8][4] LACUNA_SITE) const {
    const SharedRows of_queries{reinterpret_cast<const unsigned char*>(queries), key_stride() * 4};
    const SharedRows of_keys{reinterpret_cast<const unsigned char*>(keys), key_stride() * 4};
    for (uint32_t i = 0; i < block.width(); i += 8) {
      SplitFloats<4> a;
      load_float_queries(a, of_queries, warp_index() * 16, i);
      LACUNA_UNROLL
      for (uint32_t n = 0; n < kKeys / 8; ++n) {
        SplitFloats<2> b;
        load_float_keys(b, of_keys, n * 8, i);
        mma_split(scores[n], a, b LACUNA_AT);
      }
    }
  }

  // Keys 2t and 2t + 1 stand where t and t + 4 would: so a result lies as a left operand does.
  LACUNA_METHOD void add_values(const float (&weights)[kKeys / 8][4],
                                MlaAttended& attended LACUNA_SITE) const {
    const uint32_t g = lane_index() / 4, t = lane_index() % 4;
    LACUNA_UNROLL
    for (uint32_t n = 0; n < kKeys / 8; ++n) {
      SplitFloats<4> a;
      LACUNA_UNROLL
      for (uint32_t i = 0; i < 4; ++i) a.set(i, weights[n][i % 2 * 2 + i / 2]);
      const float* row = values + (n * 8 + 2 * t) * value_stride() + g;
      LACUNA_UNROLL
      for (uint32_t c = 0; c < kMlaMostValue; c += 8) {
        if (c >= block.p.value_dim) break;
        SplitFloats<2> b;
        b.set(0, row[c]);
        b.set(1, row[value_stride() + c]);
        mma_split(attended[c / 8], a, b LACUNA_AT);
      }
    }
  }
};

}  // namespace lacuna::kernels
