// Products on the tile unit.
#include "cpu/bf16_tiles.h"

#include <immintrin.h>

#include "cpu/amx/bf16_pair.h"
#include "cpu/amx/panel_product.h"
#include "cpu/amx/permission.h"
#include "cpu/amx/transpose.h"
#include "cpu/amx/unpack.h"
#include "cpu/avx512/vector.h"
#include "cpu/vector_kernels.h"

namespace lacuna::cpu::amx {
namespace {

void enter() {
  TileConfig config;
  for (int i = 0; i < 8; ++i) {
    config.row_bytes[i] = 64;
    config.rows[i] = 16;
  }
  configure(config);
}

void leave() {
  release();
}

// Tokens of the batch that begins at `first`, in tiles.
size_t batch_tiles(size_t tokens, size_t first) {
  const size_t left = tokens - first;
  return ((left < kTileBatch ? left : kTileBatch) + kTileTokens - 1) / kTileTokens;
}

// Where tile [token tile, column / 32] of a batch of `tiles` token tiles stands.
size_t tile_place(size_t tiles, size_t columns, size_t tile, size_t column) {
  const size_t block = column / kTileDepth * kTileDepth;
  const size_t depth = columns - block < kTileDepth ? columns - block : kTileDepth;
  return (block * tiles + tile * depth + column - block) * kTileTokens;
}

void pack(const float* x, size_t x_stride, const uint32_t* token_rows, size_t tokens,
          size_t columns, size_t first_tile, size_t last_tile, uint16_t* packed) {
  constexpr size_t kBatchTiles = kTileBatch / kTileTokens;
  for (size_t tile = first_tile; tile < last_tile; ++tile) {
    const size_t first = tile * kTileTokens, batch = tile / kBatchTiles * kTileBatch;
    const size_t n = tokens - first < kTileTokens ? tokens - first : kTileTokens;
    const size_t tiles = batch_tiles(tokens, batch);
    const float* from[kTileTokens];
    for (size_t t = 0; t < n; ++t)
      from[t] = x + (token_rows == nullptr ? first + t : token_rows[first + t]) * x_stride;
    for (size_t column = 0; column < columns; column += kTileColumns) {
      __m512i rows[16];
      for (size_t t = 0; t < 16; ++t) {
        rows[t] = t < n ? bf16_pair(_mm512_loadu_ps(from[t] + column),
                                    _mm512_loadu_ps(from[t] + column + 16))
                        : _mm512_setzero_si512();
      }
      transpose16(rows);
      uint16_t* out =
          packed + batch * columns + tile_place(tiles, columns, tile % kBatchTiles, column);
      for (size_t p = 0; p < 16; ++p) _mm512_storeu_si512(out + 32 * p, rows[p]);
    }
  }
}

// A result tile [rows, tokens] to out[token, row]: past the caches where it fills their lines,
// since what is written would push the weights out and is read only when all of it is there.
void store(const float* tile, size_t rows, size_t tokens, float* out, size_t out_stride) {
  __m512i r[16];
  for (int i = 0; i < 16; ++i) r[i] = _mm512_load_si512(tile + 16 * i);
  transpose16(r);
  if (rows == 16 && (reinterpret_cast<uintptr_t>(out) | out_stride * sizeof(float)) % 64 == 0) {
    for (size_t t = 0; t < tokens; ++t)
      _mm512_stream_si512(reinterpret_cast<__m512i*>(out + t * out_stride), r[t]);
    return;
  }
  const auto mask = static_cast<__mmask16>((1u << rows) - 1);
  for (size_t t = 0; t < tokens; ++t) _mm512_mask_storeu_epi32(out + t * out_stride, mask, r[t]);
}

template <int R>
void multiply_rows(const TileProduct& p, const TileRows& weights, float* out, size_t out_stride) {
  const auto store_panel = [&](size_t row, const float* sums) {
    for (size_t token = 0; token < p.tokens; token += kTileTokens) {
      const size_t n = p.tokens - token < kTileTokens ? p.tokens - token : kTileTokens;
      for (size_t r = row; r < row + R * 16; r += 16, sums += kTileSums) {
        if (r >= p.rows) continue;
        store(sums, p.rows - r < 16 ? p.rows - r : 16, n, out + token * out_stride + r, out_stride);
      }
    }
  };
  multiply_panels<R>({&weights, 1, p.rows, p.columns, p.packed, p.tokens, p.scratch}, store_panel);
  _mm_sfence();  // before another thread is told
}

void multiply(const TileProduct& p, const TileRows& weights, float* out, size_t out_stride) {
  with_row_tiles(
      p.tokens, [&] { multiply_rows<2>(p, weights, out, out_stride); },
      [&] { multiply_rows<1>(p, weights, out, out_stride); });
}

// gate / (1 + e^-gate) * up, to a few parts in 10^7: a division would take as long as all the rest.
__m512 silu_multiply(__m512 gate, __m512 up) {
  using V = VectorKernels<Avx512>;
  const __m512 denominator = _mm512_add_ps(_mm512_set1_ps(1), V::exp(V::silu_exponent(gate)));
  const __m512 guess = _mm512_rcp14_ps(denominator);
  const __m512 inverse =
      _mm512_mul_ps(guess, _mm512_fnmadd_ps(denominator, guess, _mm512_set1_ps(2)));
  return _mm512_mul_ps(_mm512_mul_ps(gate, inverse), up);
}

// Result tiles of gate and up are pairs of columns of the next input as they stand: no transposing.
void pack_gated(const float* gate, const float* up, uint16_t* out) {
  for (size_t pair = 0; pair < 8; ++pair) {
    const auto value = [&](size_t row) {
      return silu_multiply(_mm512_load_ps(gate + 16 * row), _mm512_load_ps(up + 16 * row));
    };
    const __m512i order =
        _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22, 6,
                         21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
    _mm512_storeu_si512(
        out + 32 * pair,
        _mm512_permutexvar_epi16(order, bf16_pair(value(2 * pair), value(2 * pair + 1))));
  }
}

template <int R>
void multiply_gated_rows(const TileProduct& p, const TileRows (&weights)[2], uint16_t* inner,
                         size_t inner_columns, size_t first_column) {
  const size_t tiles = (p.tokens + kTileTokens - 1) / kTileTokens;
  const auto pack_panel = [&](size_t row, const float* sums) {
    for (size_t tile = 0; tile < tiles; ++tile) {
      for (size_t r = row; r < row + R * 16; r += 16, sums += kTileSums) {
        const size_t column = first_column + r, half = column % kTileColumns;
        uint16_t* out = inner + tile_place(tiles, inner_columns, tile, column - half) + 16 * half;
        pack_gated(sums, sums + tiles * R * kTileSums, out);
      }
    }
  };
  multiply_panels<R>({weights, 2, p.rows, p.columns, p.packed, p.tokens, p.scratch}, pack_panel);
}

void multiply_gated(const TileProduct& p, const TileRows& gate, const TileRows& up, uint16_t* inner,
                    size_t inner_columns, size_t first_column) {
  const TileRows weights[2] = {gate, up};
  with_row_tiles(
      p.tokens, [&] { multiply_gated_rows<2>(p, weights, inner, inner_columns, first_column); },
      [&] { multiply_gated_rows<1>(p, weights, inner, inner_columns, first_column); });
}

constexpr Bf16Kernels kKernels{unpack_for, pack, multiply, multiply_gated, enter, leave};

}  // namespace
}  // namespace lacuna::cpu::amx

namespace lacuna::cpu {

const Bf16Kernels* amx_kernels() {
  return amx::request_permission() ? &amx::kKernels : nullptr;
}

}  // namespace lacuna::cpu
