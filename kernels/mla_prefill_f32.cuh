// Decompressed attention in floats, in their full precision.
#pragma once

#include "mla_prefill_block.cuh"

namespace lacuna::kernels {

// Keys and values in two stages; the queries stay.
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
