#include <immintrin.h>

#include <cstring>

#include "cpu/amx/permission.h"
#include "cpu/amx/transpose.h"
#include "cpu/avx512/vector.h"
#include "cpu/tile_attention.h"
#include "cpu/vector_kernels.h"

namespace lacuna::cpu::amx {
namespace {

using V = VectorKernels<Avx512>;

constexpr size_t kTile = 512;         // bfloat16 values of a tile: 16 rows of 32
constexpr float kNothing = -3.0e38f;  // below any score; its exponential is 0

// Room for one block: scores [128, 16], probabilities as tiles [4][16 heads, 32 positions], values
// as tiles [rank / 16][4][16 position pairs, 16 columns, 2].
struct Scratch {
  Scratch(const TileAttentionShape& shape, float* base)
      : scores(base),
        probabilities(reinterpret_cast<uint16_t*>(base + kAttentionBlock * kTileHeads)),
        values(probabilities + kAttentionBlock * kTileHeads) {
    static_cast<void>(shape);
  }
  float* scores;
  uint16_t* probabilities;
  uint16_t* values;
};

__m512i bf16_pair(__m512 low, __m512 high) {
  const __m512bh pair = _mm512_cvtne2ps_pbh(high, low);
  __m512i bits;
  std::memcpy(&bits, &pair, sizeof(bits));
  return bits;
}

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

// Latents of `count` positions of one page as right operands: pairs of positions side by side.
// Missing positions are zero.
void interleave_values(const TileAttentionShape& shape, const uint16_t* cache, size_t count,
                       uint16_t* values) {
  // (a0 b0 a1 b1 …) of the lower and the upper sixteen columns.
  const __m512i lower = _mm512_set_epi16(47, 15, 46, 14, 45, 13, 44, 12, 43, 11, 42, 10, 41, 9, 40,
                                         8, 39, 7, 38, 6, 37, 5, 36, 4, 35, 3, 34, 2, 33, 1, 32, 0);
  const __m512i upper = _mm512_add_epi16(lower, _mm512_set1_epi16(16));
  const size_t steps = (count + 31) / 32;
  for (size_t pair = 0; pair < steps * 16; ++pair) {
    const size_t p = 2 * pair;
    const uint16_t* a = cache + p * shape.width;
    uint16_t* out = values + pair / 16 * kTile + pair % 16 * 32;
    for (size_t column = 0; column < shape.rank; column += 32) {
      const __m512i x = p < count ? _mm512_loadu_si512(a + column) : _mm512_setzero_si512();
      const __m512i y =
          p + 1 < count ? _mm512_loadu_si512(a + shape.width + column) : _mm512_setzero_si512();
      uint16_t* tile = out + column / 16 * (kAttentionBlock / 32) * kTile;
      _mm512_storeu_si512(tile, _mm512_permutex2var_epi16(x, lower, y));
      _mm512_storeu_si512(tile + kAttentionBlock / 32 * kTile,
                          _mm512_permutex2var_epi16(x, upper, y));
    }
  }
}

// scores [count rounded up to 16, 16 heads] = rows of one page · queries. Reads whole tiles: a page
// has room for them.
void score_block(const TileAttentionShape& shape, const uint16_t* queries, const uint16_t* cache,
                 size_t count, float* scores) {
  const size_t steps = shape.width / 32, stride = shape.width * sizeof(uint16_t);
  size_t p = 0;
  for (; p + 16 < count; p += 32) {
    _tile_zero(0);
    _tile_zero(1);
    for (size_t k = 0; k < steps; ++k) {
      _tile_loadd(4, queries + k * kTile, 64);
      _tile_loadd(5, cache + p * shape.width + k * 32, stride);
      _tile_dpbf16ps(0, 5, 4);
      _tile_loadd(6, cache + (p + 16) * shape.width + k * 32, stride);
      _tile_dpbf16ps(1, 6, 4);
    }
    _tile_stored(0, scores + p * kTileHeads, 64);
    _tile_stored(1, scores + (p + 16) * kTileHeads, 64);
  }
  for (; p < count; p += 16) {
    _tile_zero(0);
    for (size_t k = 0; k < steps; ++k) {
      _tile_loadd(4, queries + k * kTile, 64);
      _tile_loadd(5, cache + p * shape.width + k * 32, stride);
      _tile_dpbf16ps(0, 5, 4);
    }
    _tile_stored(0, scores + p * kTileHeads, 64);
  }
}

// Scores of `visible` positions to probabilities as left operands, zero for the others up to
// `steps` * 32; updates the state's maximum and total and rescales its sums.
void soften(const TileAttentionShape& shape, size_t visible, size_t steps, float* scores,
            float* maximum, float* total, float* sums, uint16_t* probabilities) {
  const __m512 before = _mm512_loadu_ps(maximum);
  __m512 largest = before;
  for (size_t p = 0; p < visible; ++p)
    largest = _mm512_max_ps(largest, _mm512_loadu_ps(scores + p * kTileHeads));
  const __mmask16 grown = _mm512_cmp_ps_mask(largest, before, _CMP_GT_OQ);
  const __m512 lowest = _mm512_set1_ps(-87.0f);
  __m512 sum = _mm512_loadu_ps(total);
  if (grown != 0) {
    const __m512 factor = V::exp(_mm512_max_ps(_mm512_sub_ps(before, largest), lowest));
    alignas(64) float factors[16];
    _mm512_store_ps(factors, factor);
    sum = _mm512_mul_ps(sum, factor);
    for (size_t h = 0; h < kTileHeads; ++h) {
      if ((grown >> h & 1) != 0) V::scale(sums + h * shape.rank, shape.rank, factors[h]);
    }
    _mm512_storeu_ps(maximum, largest);
  }
  for (size_t step = 0; step < steps; ++step) {
    __m512i rows[2][16];
    for (size_t half = 0; half < 2; ++half) {
      for (size_t i = 0; i < 16; ++i) {
        const size_t p = step * 32 + half * 16 + i;
        __m512 e = _mm512_setzero_ps();
        if (p < visible) {
          e = V::exp(_mm512_max_ps(_mm512_sub_ps(_mm512_loadu_ps(scores + p * kTileHeads), largest),
                                   lowest));
          sum = _mm512_add_ps(sum, e);
        }
        rows[half][i] = _mm512_castps_si512(e);
      }
      transpose16(rows[half]);
    }
    for (size_t h = 0; h < kTileHeads; ++h) {
      _mm512_storeu_si512(
          probabilities + step * kTile + h * 32,
          bf16_pair(_mm512_castsi512_ps(rows[0][h]), _mm512_castsi512_ps(rows[1][h])));
    }
  }
  _mm512_storeu_ps(total, sum);
}

// sums [16, rank] += probabilities · values.
void add_values(const TileAttentionShape& shape, const uint16_t* probabilities,
                const uint16_t* values, size_t steps, float* sums) {
  const size_t stride = shape.rank * sizeof(float), tiles = kAttentionBlock / 32;
  for (size_t column = 0; column < shape.rank; column += 32) {
    const uint16_t* left = values + column / 16 * tiles * kTile;
    _tile_loadd(0, sums + column, stride);
    _tile_loadd(1, sums + column + 16, stride);
    for (size_t step = 0; step < steps; ++step) {
      _tile_loadd(4, probabilities + step * kTile, 64);
      _tile_loadd(5, left + step * kTile, 64);
      _tile_dpbf16ps(0, 4, 5);
      _tile_loadd(6, left + (tiles + step) * kTile, 64);
      _tile_dpbf16ps(1, 4, 6);
    }
    _tile_stored(0, sums + column, stride);
    _tile_stored(1, sums + column + 16, stride);
  }
}

void add(const TileAttentionShape& shape, const uint16_t* queries, size_t tokens,
         size_t first_position, const TileCache& cache, size_t first, size_t last,
         const TileAttentionState& state, float* scratch) {
  const Scratch s(shape, scratch);
  constexpr size_t kPageValues = kTilePage / 32 * kTile;  // one page's share of the values
  for (; first < last; first += kAttentionBlock) {
    const size_t count = last - first < kAttentionBlock ? last - first : kAttentionBlock;
    const size_t lower = count < kTilePage ? count : kTilePage, upper = count - lower;
    const uint16_t* page[2] = {cache.page(first),
                               upper > 0 ? cache.page(first + kTilePage) : nullptr};
    bool interleaved = false;
    for (size_t t = 0; t < tokens; ++t) {
      const size_t end = first_position + t + 1;  // one past the last position that token t sees
      if (end <= first) continue;
      const size_t visible = end - first < count ? end - first : count;
      const size_t steps = (visible + 31) / 32;
      if (!interleaved) {
        interleave_values(shape, page[0], lower, s.values);
        if (upper > 0) interleave_values(shape, page[1], upper, s.values + kPageValues);
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
  // Scores in float32; probabilities and values are half as wide.
  return kAttentionBlock * kTileHeads + kAttentionBlock * kTileHeads / 2 +
         kAttentionBlock * shape.rank / 2;
}

const TileAttentionKernels* tile_attention_kernels() {
  return amx::request_permission() ? &amx::kKernels : nullptr;
}

}  // namespace lacuna::cpu
