// The tensor cores' part of absorbed attention, for a cache of halves and one of floats: sixteen
// heads of a row times sixteen cached positions. The warps of a block share the values of a cached
// row between them, sixteen at a time: in the scores each adds up its part of the products, of the
// attended latents each makes its part of the values.
#pragma once

#include "cache_formats.cuh"
#include "mla_decode.h"
#include "shared_rows.cuh"

namespace lacuna::kernels {

inline constexpr uint32_t kMlaDecodeWarps = kMlaDecodeThreads / kWarp;
// Sixteens of values of one warp: of queries, and of latents.
inline constexpr uint32_t kMlaQuerySteps =
    (kMlaMostRank + kMlaMostRope + 16 * kMlaDecodeWarps - 1) / (16 * kMlaDecodeWarps);
inline constexpr uint32_t kMlaLatentSteps =
    (kMlaMostRank + 16 * kMlaDecodeWarps - 1) / (16 * kMlaDecodeWarps);

// The first value of this warp's sixteen number `step`.
LACUNA_DEVICE uint32_t mla_first_value(uint32_t step) {
  return (warp_index() + step * kMlaDecodeWarps) * 16;
}

// Sixteen heads' queries of one row, as long as a cached row.
struct MlaQueries {
  const MlaDecodeParams& p;
  uint32_t row, first_head;

  LACUNA_METHOD uint32_t width() const { return p.rank + p.rope_dim; }

  // Values i and i + 1, i even, of one of the heads; zeros where there is no such head.
  LACUNA_METHOD void pair(uint32_t head, uint32_t i, float (&x)[2] LACUNA_SITE) const {
    x[0] = x[1] = 0;
    if (first_head + head >= p.heads) return;
    const uint64_t of_row = static_cast<uint64_t>(row) * p.heads + first_head + head;
    const float* from = i < p.rank
                            ? p.q_latent + of_row * p.rank + i
                            : p.q + of_row * (p.nope_dim + p.rope_dim) + p.nope_dim + (i - p.rank);
    const Bytes8 v = load(reinterpret_cast<const Bytes8*>(from) LACUNA_AT);
    x[0] = bits_float(v.word[0]);
    x[1] = bits_float(v.word[1]);
  }
};

// Scores, sixteen heads by two times eight positions, and attended latents, sixteen heads by eight
// values each, as tensor cores lay them out.
using MlaScores = float[2][4];
using MlaLatents = float[2 * kMlaLatentSteps][4];

// Halves are multiplied as they are, the queries in two parts: what is lost is the rounding of the
// weights that the softmax gives, which count as they were rounded.
struct MlaTilesF16 {
  using Cache = F16Cache;

  struct Weights {
    alignas(16) uint16_t of[kMlaDecodeHeads][kMlaDecodePositions + 8];
    LACUNA_METHOD float set(uint32_t head, uint32_t position, float weight) {
      of[head][position] = float_to_f16(weight);
      return f16_to_float(of[head][position]);
    }
  };

  uint32_t high[kMlaQuerySteps][4], low[kMlaQuerySteps][4];

  LACUNA_METHOD void load_queries(const MlaQueries& q LACUNA_SITE) {
    const uint32_t g = lane_index() / 4, t = lane_index() % 4;
    LACUNA_UNROLL
    for (uint32_t s = 0; s < kMlaQuerySteps; ++s) {
      const uint32_t first = mla_first_value(s);
      if (first >= q.width()) break;
      LACUNA_UNROLL
      for (uint32_t i = 0; i < 4; ++i) {
        float x[2];
        q.pair(g + i % 2 * 8, first + 2 * t + i / 2 * 8, x LACUNA_AT);
        split_to_f16x2(x, high[s][i], low[s][i]);
      }
    }
  }

  LACUNA_METHOD void add_scores(const SharedRows& rows, uint32_t width,
                                MlaScores& scores LACUNA_SITE) const {
    LACUNA_UNROLL
    for (uint32_t s = 0; s < kMlaQuerySteps; ++s) {
      const uint32_t first = mla_first_value(s);
      if (first >= width) break;
      uint32_t b[2][2];
      load_keys(b, rows, 0, first LACUNA_AT);
      LACUNA_UNROLL
      for (uint32_t n = 0; n < 2; ++n) {
        mma_f16(scores[n], low[s], b[n] LACUNA_AT);
        mma_f16(scores[n], high[s], b[n] LACUNA_AT);
      }
    }
  }

  LACUNA_METHOD static void add_latents(const SharedRows& rows, uint32_t rank,
                                        const Weights& weights, MlaLatents& latents LACUNA_SITE) {
    const uint32_t lane = lane_index();
    uint32_t a[4];
    load_matrices(a, &weights.of[lane % 16][lane / 16 * 8] LACUNA_AT);
    LACUNA_UNROLL
    for (uint32_t s = 0; s < kMlaLatentSteps; ++s) {
      const uint32_t first = mla_first_value(s);
      if (first >= rank) break;
      uint32_t b[2][2];
      load_values(b, rows, 0, first LACUNA_AT);
      LACUNA_UNROLL
      for (uint32_t n = 0; n < 2; ++n) {
        mma_f16(latents[2 * s + n], a, b[n] LACUNA_AT);
      }
    }
  }
};

// Floats in their full precision; the queries stand as load_float_keys has the keys.
struct MlaTilesF32 {
  using Cache = F32Cache;

  struct Weights {
    alignas(16) float of[kMlaDecodeHeads][kMlaDecodePositions + 4];
    LACUNA_METHOD float set(uint32_t head, uint32_t position, float weight) {
      return of[head][position] = weight;
    }
  };

  float queries[2 * kMlaQuerySteps][4];

  LACUNA_METHOD void load_queries(const MlaQueries& q LACUNA_SITE) {
    const uint32_t g = lane_index() / 4, t = lane_index() % 4;
    LACUNA_UNROLL
    for (uint32_t s = 0; s < 2 * kMlaQuerySteps; ++s) {
      const uint32_t first = mla_first_value(s / 2) + s % 2 * 8;
      if (first >= q.width()) break;
      LACUNA_UNROLL
      for (uint32_t i = 0; i < 2; ++i) {
        float x[2];
        q.pair(g + i * 8, first + 2 * t, x LACUNA_AT);
        queries[s][i] = x[0];
        queries[s][2 + i] = x[1];
      }
    }
  }

  LACUNA_METHOD void add_scores(const SharedRows& rows, uint32_t width,
                                MlaScores& scores LACUNA_SITE) const {
    LACUNA_UNROLL
    for (uint32_t s = 0; s < 2 * kMlaQuerySteps; ++s) {
      const uint32_t first = mla_first_value(s / 2) + s % 2 * 8;
      if (first >= width) break;
      SplitFloats<4> a;
      LACUNA_UNROLL
      for (uint32_t i = 0; i < 4; ++i) a.set(i, queries[s][i]);
      LACUNA_UNROLL
      for (uint32_t n = 0; n < 2; ++n) {
        SplitFloats<2> b;
        load_float_keys(b, rows, n * 8, first);
        mma_split(scores[n], a, b LACUNA_AT);
      }
    }
  }

  LACUNA_METHOD static void add_latents(const SharedRows& rows, uint32_t rank,
                                        const Weights& weights, MlaLatents& latents LACUNA_SITE) {
    const uint32_t g = lane_index() / 4, t = lane_index() % 4;
    LACUNA_UNROLL
    for (uint32_t half = 0; half < kMlaDecodePositions; half += 8) {
      SplitFloats<4> a;
      LACUNA_UNROLL
      for (uint32_t i = 0; i < 4; ++i) {
        a.set(i, weights.of[g + i % 2 * 8][half + t + i / 2 * 4]);
      }
      LACUNA_UNROLL
      for (uint32_t s = 0; s < 2 * kMlaLatentSteps; ++s) {
        const uint32_t first = mla_first_value(s / 2) + s % 2 * 8;
        if (first >= rank) break;
        SplitFloats<2> b;
        b.set(0, *rows.at<float>(half + t, first + g));
        b.set(1, *rows.at<float>(half + t + 4, first + g));
        mma_split(latents[s], a, b LACUNA_AT);
      }
    }
  }
};

}  // namespace lacuna::kernels
