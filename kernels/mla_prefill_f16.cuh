// Decompressed attention in halves, the queries in two parts: keys, values and weights are rounded.
#pragma once

#include "mla_prefill_block.cuh"

namespace lacuna::kernels {

// What is copied from global memory waits as it came until the keys before it are done with; the
// thread that has copied a value converts it.
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

}  // namespace lacuna::kernels
