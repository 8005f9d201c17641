// The steps of attention over one block of positions, with sixteen lanes – heads of one token, or
// tokens of one head – in a tile. `static`: no copy may leave the AMX object files.
#pragma once

#include <immintrin.h>

#include <cstring>

#include "cpu/amx/bf16_pair.h"
#include "cpu/amx/transpose.h"
#include "cpu/avx512/vector.h"
#include "cpu/tile_attention.h"
#include "cpu/vector_kernels.h"

namespace lacuna::cpu::amx {

using V = VectorKernels<Avx512>;

constexpr size_t kStepTile = 512;     // bfloat16 values of a tile: 16 rows of 32
constexpr float kNothing = -3.0e38f;  // below any score; its exponential is 0

// `count` rows of one page in bfloat16, from `position` on: where they are, or unpacked into `room`
// [count, row.width].
static inline const uint16_t* rows_at(const TileCache& cache, size_t position, size_t count,
                                      uint16_t* room) {
  const std::byte* row = cache.at(position);
  if (!cache.is_int8) return reinterpret_cast<const uint16_t*>(row);
  const Int8KvRow& shape = cache.row;
  for (size_t i = 0; i < count; ++i, row += shape.bytes()) {
    uint16_t* out = room + i * shape.width;
    const auto* scales = reinterpret_cast<const float*>(row);
    const auto* latent = reinterpret_cast<const __m128i*>(row + shape.latent());
    for (size_t column = 0; column < shape.rank; column += 32, latent += 2) {
      const __m512 scale = _mm512_set1_ps(scales[column / kKvGroup]);
      const auto values = [&](const __m128i* bytes) {
        return _mm512_mul_ps(_mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128(bytes))),
                             scale);
      };
      _mm512_storeu_si512(out + column, bf16_pair(values(latent), values(latent + 1)));
    }
    std::memcpy(out + shape.rank, row + shape.key(), (shape.width - shape.rank) * sizeof(uint16_t));
  }
  return room;
}

// Latents of `count` positions of one page as right operands: pairs of positions side by side.
// Missing positions are zero.
static inline void interleave_values(const TileAttentionShape& shape, const uint16_t* cache,
                                     size_t count, uint16_t* values) {
  // (a0 b0 a1 b1 …) of the lower and the upper sixteen columns.
  const __m512i lower = _mm512_set_epi16(47, 15, 46, 14, 45, 13, 44, 12, 43, 11, 42, 10, 41, 9, 40,
                                         8, 39, 7, 38, 6, 37, 5, 36, 4, 35, 3, 34, 2, 33, 1, 32, 0);
  const __m512i upper = _mm512_add_epi16(lower, _mm512_set1_epi16(16));
  const size_t steps = (count + 31) / 32;
  for (size_t pair = 0; pair < steps * 16; ++pair) {
    const size_t p = 2 * pair;
    const uint16_t* a = cache + p * shape.width;
    uint16_t* out = values + pair / 16 * kStepTile + pair % 16 * 32;
    for (size_t column = 0; column < shape.rank; column += 32) {
      const __m512i x = p < count ? _mm512_loadu_si512(a + column) : _mm512_setzero_si512();
      const __m512i y =
          p + 1 < count ? _mm512_loadu_si512(a + shape.width + column) : _mm512_setzero_si512();
      uint16_t* tile = out + column / 16 * (kAttentionBlock / 32) * kStepTile;
      _mm512_storeu_si512(tile, _mm512_permutex2var_epi16(x, lower, y));
      _mm512_storeu_si512(tile + kAttentionBlock / 32 * kStepTile,
                          _mm512_permutex2var_epi16(x, upper, y));
    }
  }
}

// scores [count rounded up to 16, 16 heads] = rows of one page · queries. Reads whole tiles: a page
// has room for them.
static inline void score_block(const TileAttentionShape& shape, const uint16_t* queries,
                               const uint16_t* cache, size_t count, float* scores) {
  const size_t steps = shape.width / 32, stride = shape.width * sizeof(uint16_t);
  size_t p = 0;
  for (; p + 16 < count; p += 32) {
    _tile_zero(0);
    _tile_zero(1);
    for (size_t k = 0; k < steps; ++k) {
      _tile_loadd(4, queries + k * kStepTile, 64);
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
      _tile_loadd(4, queries + k * kStepTile, 64);
      _tile_loadd(5, cache + p * shape.width + k * 32, stride);
      _tile_dpbf16ps(0, 5, 4);
    }
    _tile_stored(0, scores + p * kTileHeads, 64);
  }
}

// Scores of `visible` positions to probabilities as left operands, zero for the others up to
// `steps` * 32; updates the state's maximum and total and rescales its sums.
static inline void soften(const TileAttentionShape& shape, size_t visible, size_t steps,
                          float* scores, float* maximum, float* total, float* sums,
                          uint16_t* probabilities) {
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
          probabilities + step * kStepTile + h * 32,
          bf16_pair(_mm512_castsi512_ps(rows[0][h]), _mm512_castsi512_ps(rows[1][h])));
    }
  }
  _mm512_storeu_ps(total, sum);
}

// sums [16, rank] += probabilities · values.
static inline void add_values(const TileAttentionShape& shape, const uint16_t* probabilities,
                              const uint16_t* values, size_t steps, float* sums) {
  const size_t stride = shape.rank * sizeof(float), tiles = kAttentionBlock / 32;
  for (size_t column = 0; column < shape.rank; column += 32) {
    const uint16_t* left = values + column / 16 * tiles * kStepTile;
    _tile_loadd(0, sums + column, stride);
    _tile_loadd(1, sums + column + 16, stride);
    for (size_t step = 0; step < steps; ++step) {
      _tile_loadd(4, probabilities + step * kStepTile, 64);
      _tile_loadd(5, left + step * kStepTile, 64);
      _tile_dpbf16ps(0, 4, 5);
      _tile_loadd(6, left + (tiles + step) * kStepTile, 64);
      _tile_dpbf16ps(1, 4, 6);
    }
    _tile_stored(0, sums + column, stride);
    _tile_stored(1, sums + column + 16, stride);
  }
}

}  // namespace lacuna::cpu::amx
