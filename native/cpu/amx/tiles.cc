// Products on the tile unit. Weights are the left operand, activations the right one (packed in
// pairs), so a result tile is [16 weight rows, 16 tokens] and is transposed on its way out. A block
// of weights is unpacked into the first-level cache and used there for all tokens.
#include "cpu/bf16_tiles.h"

#include <immintrin.h>

#include <cstring>

#include "cpu/amx/permission.h"
#include "cpu/amx/transpose.h"
#include "cpu/amx/unpack.h"

namespace lacuna::cpu::amx {
namespace {

constexpr size_t kTile = kTileTokens * kTileColumns;  // values of a packed tile: 1 KiB

struct alignas(64) TileConfig {
  uint8_t palette = 1;
  uint8_t start_row = 0;
  uint8_t reserved[14] = {};
  uint16_t row_bytes[16] = {};
  uint8_t rows[16] = {};
};

void enter() {
  TileConfig config;
  for (int i = 0; i < 8; ++i) {
    config.row_bytes[i] = 64;
    config.rows[i] = 16;
  }
  // GCC 12 does not know that the instruction reads memory and may drop the stores above.
  asm volatile("" : : "r"(&config) : "memory");
  _tile_loadconfig(&config);
}

void leave() {
  _tile_release();
}

__m512i bf16_row(const float* x) {
  const __m512bh pair = _mm512_cvtne2ps_pbh(_mm512_loadu_ps(x + 16), _mm512_loadu_ps(x));
  __m512i bits;
  std::memcpy(&bits, &pair, sizeof(bits));
  return bits;
}

// Tokens of the batch that begins at `first`, rounded up to whole tiles.
size_t batch_tiles(size_t tokens, size_t first) {
  const size_t left = tokens - first;
  return ((left < kTileBatch ? left : kTileBatch) + kTileTokens - 1) / kTileTokens;
}

void pack(const float* x, size_t x_stride, size_t tokens, size_t columns, size_t first_tile,
          size_t last_tile, uint16_t* packed) {
  constexpr size_t kBatchTiles = kTileBatch / kTileTokens;
  for (size_t tile = first_tile; tile < last_tile; ++tile) {
    const size_t first = tile * kTileTokens, batch = tile / kBatchTiles * kTileBatch;
    const size_t n = tokens - first < kTileTokens ? tokens - first : kTileTokens;
    const size_t tiles = batch_tiles(tokens, batch);
    uint16_t* out = packed + batch * columns;
    for (size_t column = 0; column < columns; column += kTileColumns) {
      __m512i rows[16];
      for (size_t t = 0; t < 16; ++t) {
        rows[t] = t < n ? bf16_row(x + (first + t) * x_stride + column) : _mm512_setzero_si512();
      }
      transpose16(rows);
      const size_t begin = column / kTileDepth * kTileDepth;
      const size_t depth = columns - begin < kTileDepth ? columns - begin : kTileDepth;
      uint16_t* tile_out = out + begin * tiles * kTileTokens +
                           tile % kBatchTiles * depth * kTileTokens +
                           (column - begin) * kTileTokens;
      for (size_t p = 0; p < 16; ++p) _mm512_storeu_si512(tile_out + 32 * p, rows[p]);
    }
  }
}

// A result tile [rows, tokens] to out[token, row].
void store(const float* tile, size_t rows, size_t tokens, float* out, size_t out_stride) {
  __m512i r[16];
  for (int i = 0; i < 16; ++i) r[i] = _mm512_load_si512(tile + 16 * i);
  transpose16(r);
  const auto mask = static_cast<__mmask16>((1u << rows) - 1);
  for (size_t t = 0; t < tokens; ++t) _mm512_mask_storeu_epi32(out + t * out_stride, mask, r[t]);
}

// Rows ahead of the one that is being unpacked: their bytes are called into the first-level cache.
constexpr size_t kRowsAhead = 6;

template <_mm_hint kLevel>
void fetch(const std::byte* bytes, size_t count) {
  for (size_t i = 0; i < count; i += 64) _mm_prefetch(bytes + i, kLevel);
}

// Columns first … first + depth - 1 of every row as tiles [row tile, depth / 32, 16 rows, 32].
// Meanwhile an equal share of the rows that follow in memory is called into the second-level cache,
// in order of addresses: the next product will want them.
void unpack_block(const TileProduct& p, size_t first, size_t depth, uint16_t* tiles) {
  const size_t offset = p.row_bytes * first / p.columns, bytes = p.row_bytes * depth / p.columns;
  const std::byte* next = p.weights + p.rows * (p.row_bytes + offset);
  for (size_t r = 0; r < p.rows; ++r, next += bytes) {
    uint16_t* out = tiles + (r / 16 * depth / kTileColumns * 16 + r % 16) * kTileColumns;
    const std::byte* row = p.weights + r * p.row_bytes + offset;
    fetch<_MM_HINT_T0>(row + kRowsAhead * p.row_bytes, bytes);
    fetch<_MM_HINT_T1>(next, bytes);
    p.unpack(row, out, depth);
  }
}

// sums [token tile, row tile, 16 rows, 16 tokens] (+)= weights · activations over `steps` tiles of
// columns, for R row tiles.
template <int R>
void add_block(const uint16_t* weights, const uint16_t* x, size_t token_tiles, size_t steps,
               bool first, float* sums) {
  const size_t row_tile = steps * kTile;
  for (size_t t = 0; t < token_tiles; ++t, x += steps * kTile, sums += R * 256) {
    if (first) {
      _tile_zero(0);
      if constexpr (R > 1) _tile_zero(1);
      if constexpr (R > 2) _tile_zero(2);
      if constexpr (R > 3) _tile_zero(3);
    } else {
      _tile_loadd(0, sums, 64);
      if constexpr (R > 1) _tile_loadd(1, sums + 256, 64);
      if constexpr (R > 2) _tile_loadd(2, sums + 512, 64);
      if constexpr (R > 3) _tile_loadd(3, sums + 768, 64);
    }
    for (size_t k = 0; k < steps; ++k) {
      const uint16_t* w = weights + k * kTile;
      _tile_loadd(4, x + k * kTile, 64);
      _tile_loadd(5, w, 64);
      _tile_dpbf16ps(0, 5, 4);
      if constexpr (R > 1) {
        _tile_loadd(6, w + row_tile, 64);
        _tile_dpbf16ps(1, 6, 4);
      }
      if constexpr (R > 2) {
        _tile_loadd(7, w + 2 * row_tile, 64);
        _tile_dpbf16ps(2, 7, 4);
      }
      if constexpr (R > 3) {
        _tile_loadd(5, w + 3 * row_tile, 64);
        _tile_dpbf16ps(3, 5, 4);
      }
    }
    _tile_stored(0, sums, 64);
    if constexpr (R > 1) _tile_stored(1, sums + 256, 64);
    if constexpr (R > 2) _tile_stored(2, sums + 512, 64);
    if constexpr (R > 3) _tile_stored(3, sums + 768, 64);
  }
}

template <int R>
void multiply_rows(const TileProduct& p) {
  auto* tiles = reinterpret_cast<uint16_t*>(p.scratch);
  float* sums = p.scratch + kTileRows * kTileDepth / 2;
  const size_t token_tiles = (p.tokens + kTileTokens - 1) / kTileTokens;
  for (size_t first = 0; first < p.columns; first += kTileDepth) {
    const size_t depth = p.columns - first < kTileDepth ? p.columns - first : kTileDepth;
    unpack_block(p, first, depth, tiles);
    add_block<R>(tiles, p.packed + first * token_tiles * kTileTokens, token_tiles,
                 depth / kTileColumns, first == 0, sums);
  }
  for (size_t t = 0; t < token_tiles; ++t) {
    const size_t token = t * kTileTokens;
    const size_t n = p.tokens - token < kTileTokens ? p.tokens - token : kTileTokens;
    for (size_t r = 0; r < R; ++r) {
      const size_t row = r * 16, rows = p.rows - row < 16 ? p.rows - row : 16;
      store(sums + (t * R + r) * 256, rows, n, p.out + token * p.out_stride + row, p.out_stride);
    }
  }
}

void multiply(const TileProduct& p) {
  switch ((p.rows + 15) / 16) {
    case 1:
      return multiply_rows<1>(p);
    case 2:
      return multiply_rows<2>(p);
    case 3:
      return multiply_rows<3>(p);
    default:
      return multiply_rows<4>(p);
  }
}

constexpr Bf16Kernels kKernels{unpack_for, pack, multiply, enter, leave};

}  // namespace
}  // namespace lacuna::cpu::amx

namespace lacuna::cpu {

const Bf16Kernels* amx_kernels() {
  return amx::request_permission() ? &amx::kKernels : nullptr;
}

}  // namespace lacuna::cpu
