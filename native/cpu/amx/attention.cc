#include <immintrin.h>

#include <cstring>

#include "cpu/amx/attention_steps.h"
#include "cpu/amx/permission.h"
#include "cpu/tile_attention.h"

namespace lacuna::cpu::amx {
namespace {

// Room for one block: scores [128, 16], probabilities as tiles [4][16 heads, 32 positions], values
// as tiles [rank / 16][4][16 position pairs, 16 columns, 2].
struct Scratch {
  Scratch(const TileAttentionShape& shape, float* base)
      : scores(base),
        probabilities(reinterpret_cast<uint16_t*>(base + kAttentionBlock * kTileHeads)),
        values(probabilities + kAttentionBlock * kTileHeads),
        rows(values + kAttentionBlock * shape.rank) {}
  float* scores;
  uint16_t* probabilities;
  uint16_t* values;
  uint16_t* rows;  // [128, width], of an int8 cache
};

void to_bf16(const float* x, size_t columns, uint16_t* out) {
  for (size_t i = 0; i < columns; i += 32) {
    _mm512_storeu_si512(out + i, bf16_pair(_mm512_loadu_ps(x + i), _mm512_loadu_ps(x + i + 16)));
  }
}

void reset(const TileAttentionShape& shape, size_t tokens, const TileAttentionState& state) {
  for (size_t t = 0; t < tokens; ++t) {
    _mm512_storeu_ps(state.maxima + t * kTileHeads, _mm512_set1_ps(kNothing));
    _mm512_storeu_ps(state.totals + t * kTileHeads, _mm512_setzero_ps());
  }
  std::memset(state.sums, 0, tokens * kTileHeads * shape.rank * sizeof(float));
}

void add(const TileAttentionShape& shape, const uint16_t* queries, size_t tokens,
         size_t first_position, const TileCache& cache, size_t first, size_t last,
         const TileAttentionState& state, float* scratch) {
  const Scratch s(shape, scratch);
  constexpr size_t kPageValues = kTilePage / 32 * kStepTile;  // one page's share of the values
  for (; first < last; first += kAttentionBlock) {
    const size_t count = last - first < kAttentionBlock ? last - first : kAttentionBlock;
    const size_t lower = count < kTilePage ? count : kTilePage, upper = count - lower;
    const uint16_t* page[2] = {};
    bool interleaved = false;
    for (size_t t = 0; t < tokens; ++t) {
      const size_t end = first_position + t + 1;  // one past the last position that token t sees
      if (end <= first) continue;
      const size_t visible = end - first < count ? end - first : count;
      const size_t steps = (visible + 31) / 32;
      if (!interleaved) {
        page[0] = rows_at(cache, first, lower, s.rows);
        interleave_values(shape, page[0], lower, s.values);
        if (upper > 0) {
          page[1] = rows_at(cache, first + kTilePage, upper, s.rows + kTilePage * shape.width);
          interleave_values(shape, page[1], upper, s.values + kPageValues);
        }
        interleaved = true;
      }
      const uint16_t* query = queries + t * kTileHeads * shape.width;
      score_block(shape, query, page[0], visible < lower ? visible : lower, s.scores);
      if (visible > kTilePage) {
        score_block(shape, query, page[1], visible - kTilePage, s.scores + kTilePage * kTileHeads);
      }
      float* sums = state.sums + t * kTileHeads * shape.rank;
      soften(shape, visible, steps, s.scores, state.maxima + t * kTileHeads,
             state.totals + t * kTileHeads, sums, s.probabilities);
      add_values(shape, s.probabilities, s.values, steps, sums);
    }
  }
}

void combine(const TileAttentionShape& shape, const TileAttentionState& state, size_t token,
             size_t parts, size_t part_stride, float* out) {
  const auto at = [&](const float* base, size_t part) {
    return _mm512_loadu_ps(base + (token + part * part_stride) * kTileHeads);
  };
  __m512 largest = at(state.maxima, 0);
  for (size_t i = 1; i < parts; ++i) largest = _mm512_max_ps(largest, at(state.maxima, i));
  const auto weight = [&](size_t part) {
    return V::exp(
        _mm512_max_ps(_mm512_sub_ps(at(state.maxima, part), largest), _mm512_set1_ps(-87.0f)));
  };
  __m512 total = _mm512_setzero_ps();
  for (size_t i = 0; i < parts; ++i) total = _mm512_fmadd_ps(at(state.totals, i), weight(i), total);
  std::memset(out, 0, kTileHeads * shape.rank * sizeof(float));
  for (size_t i = 0; i < parts; ++i) {
    alignas(64) float shares[16];
    _mm512_store_ps(shares, _mm512_div_ps(weight(i), total));
    const float* sums = state.sums + (token + i * part_stride) * kTileHeads * shape.rank;
    for (size_t h = 0; h < kTileHeads; ++h) {
      V::add_scaled(out + h * shape.rank, sums + h * shape.rank, shape.rank, shares[h]);
    }
  }
}

constexpr TileAttentionKernels kKernels{reset, add, combine, to_bf16};

}  // namespace
}  // namespace lacuna::cpu::amx

namespace lacuna::cpu {

size_t tile_attention_scratch(const TileAttentionShape& shape) {
  // Scores in float32; probabilities, values and rows are half as wide.
  return kAttentionBlock * kTileHeads + kAttentionBlock * kTileHeads / 2 +
         kAttentionBlock * shape.rank / 2 + kAttentionBlock * shape.width / 2;
}

const TileAttentionKernels* tile_attention_kernels() {
  return amx::request_permission() ? &amx::kKernels : nullptr;
}

}  // namespace lacuna::cpu
