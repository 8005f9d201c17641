// Products on the tile unit. Weights are the left operand (rows as they lie), activations the right
// one (packed in pairs), so a result tile is [16 weight rows, 16 tokens] and is transposed on its
// way out.
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

void pack(const float* x, size_t x_stride, size_t tokens, size_t columns, size_t first_tile,
          size_t last_tile, uint16_t* packed) {
  uint16_t* out = packed + first_tile * kTileTokens * columns;
  for (size_t tile = first_tile; tile < last_tile; ++tile) {
    const size_t first = tile * kTileTokens;
    const size_t n = tokens - first < kTileTokens ? tokens - first : kTileTokens;
    for (size_t column = 0; column < columns; column += kTileColumns, out += kTile) {
      __m512i rows[16];
      for (size_t t = 0; t < 16; ++t) {
        rows[t] = t < n ? bf16_row(x + (first + t) * x_stride + column) : _mm512_setzero_si512();
      }
      transpose16(rows);
      for (size_t p = 0; p < 16; ++p) _mm512_storeu_si512(out + 32 * p, rows[p]);
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

void multiply(const uint16_t* rows, size_t valid_rows, const uint16_t* packed, size_t tokens,
              size_t columns, float* out, size_t out_stride) {
  const size_t column_tiles = columns / kTileColumns, row_bytes = columns * sizeof(uint16_t);
  const size_t upper = valid_rows < 16 ? valid_rows : 16, lower = valid_rows - upper;
  alignas(64) float result[256];
  const auto put = [&](size_t first_row, size_t n_rows, size_t token) {
    const size_t n = tokens - token < kTileTokens ? tokens - token : kTileTokens;
    if (n_rows > 0) store(result, n_rows, n, out + token * out_stride + first_row, out_stride);
  };
  size_t token = 0;
  for (; token + kTileTokens < tokens; token += 2 * kTileTokens) {
    const uint16_t* x0 = packed + token * columns;
    const uint16_t* x1 = x0 + kTileTokens * columns;
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    for (size_t k = 0; k < column_tiles; ++k) {
      _tile_loadd(4, rows + k * kTileColumns, row_bytes);
      _tile_loadd(6, x0 + k * kTile, 64);
      _tile_dpbf16ps(0, 4, 6);
      _tile_loadd(7, x1 + k * kTile, 64);
      _tile_dpbf16ps(1, 4, 7);
      _tile_loadd(5, rows + 16 * columns + k * kTileColumns, row_bytes);
      _tile_dpbf16ps(2, 5, 6);
      _tile_dpbf16ps(3, 5, 7);
    }
    _tile_stored(0, result, 64);
    put(0, upper, token);
    _tile_stored(1, result, 64);
    put(0, upper, token + kTileTokens);
    _tile_stored(2, result, 64);
    put(16, lower, token);
    _tile_stored(3, result, 64);
    put(16, lower, token + kTileTokens);
  }
  if (token < tokens) {
    const uint16_t* x = packed + token * columns;
    _tile_zero(0);
    _tile_zero(2);
    for (size_t k = 0; k < column_tiles; ++k) {
      _tile_loadd(4, rows + k * kTileColumns, row_bytes);
      _tile_loadd(6, x + k * kTile, 64);
      _tile_dpbf16ps(0, 4, 6);
      _tile_loadd(5, rows + 16 * columns + k * kTileColumns, row_bytes);
      _tile_dpbf16ps(2, 5, 6);
    }
    _tile_stored(0, result, 64);
    put(0, upper, token);
    _tile_stored(2, result, 64);
    put(16, lower, token);
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
