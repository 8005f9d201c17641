// Keys and values of a block of positions from their latents, and attention over them.
#include <immintrin.h>

#include <cstring>

#include "cpu/amx/attention_steps.h"
#include "cpu/amx/permission.h"
#include "cpu/bf16_tiles.h"
#include "cpu/tile_attention.h"

namespace lacuna::cpu::amx {
namespace {

// To bfloat16, nearest even; weights are finite.
uint16_t round_bf16(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  return static_cast<uint16_t>((bits + 0x7fffu + (bits >> 16 & 1u)) >> 16);
}

// Tiles [column tile, rank / 32, 16 pairs of latent dimensions, 16 columns, 2]: W_UK's columns,
// then W_UV's rows.
void prepare(const DecompressedShape& shape, const float* w_uk, const float* w_uv, uint16_t* out) {
  const size_t steps = shape.rank / 32, nope_tiles = shape.padded_nope() / 16,
               tiles = nope_tiles + shape.value_width() / 16;
  std::memset(out, 0, shape.weights() * sizeof(uint16_t));
  for (size_t tile = 0; tile < tiles; ++tile) {
    const bool is_key = tile < nope_tiles;
    const size_t first = 16 * (is_key ? tile : tile - nope_tiles),
                 all = is_key ? shape.nope : shape.value,
                 columns = all <= first ? 0 : (all - first < 16 ? all - first : 16);
    uint16_t* to = out + tile * steps * kStepTile;
    for (size_t r = 0; r < shape.rank; ++r) {
      for (size_t c = 0; c < columns; ++c) {
        const float value =
            is_key ? w_uk[r * shape.nope + first + c] : w_uv[(first + c) * shape.rank + r];
        to[r / 32 * kStepTile + r % 32 / 2 * 32 + 2 * c + r % 2] = round_bf16(value);
      }
    }
  }
}

// products [32, stride] = 32 cache rows · every column tile.
void multiply_rows(size_t steps, const uint16_t* rows, size_t row_stride, const uint16_t* weights,
                   size_t tiles, float* products) {
  const size_t bytes = row_stride * sizeof(uint16_t), stride = tiles * 16;
  for (size_t tile = 0; tile < tiles; tile += 2) {
    const bool pair = tile + 1 < tiles;
    const uint16_t* w = weights + tile * steps * kStepTile;
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    for (size_t k = 0; k < steps; ++k) {
      _tile_loadd(4, rows + k * 32, bytes);
      _tile_loadd(5, rows + 16 * row_stride + k * 32, bytes);
      _tile_loadd(6, w + k * kStepTile, 64);
      _tile_dpbf16ps(0, 4, 6);
      _tile_dpbf16ps(1, 5, 6);
      if (pair) {
        _tile_loadd(7, w + (steps + k) * kStepTile, 64);
        _tile_dpbf16ps(2, 4, 7);
        _tile_dpbf16ps(3, 5, 7);
      }
    }
    float* out = products + tile * 16;
    _tile_stored(0, out, stride * sizeof(float));
    _tile_stored(1, out + 16 * stride, stride * sizeof(float));
    if (pair) {
      _tile_stored(2, out + 16, stride * sizeof(float));
      _tile_stored(3, out + 16 + 16 * stride, stride * sizeof(float));
    }
  }
}

void store_bf16(const float* x, size_t columns, uint16_t* out) {
  for (size_t i = 0; i < columns; i += 16) {
    const auto mask = static_cast<__mmask16>(columns - i < 16 ? (1u << (columns - i)) - 1 : 0xffff);
    const __m512i pair = bf16_pair(_mm512_loadu_ps(x + i), _mm512_setzero_ps());
    _mm256_mask_storeu_epi16(out + i, mask, _mm512_castsi512_si256(pair));
  }
}

void expand(const DecompressedShape& shape, const TileCache& cache, size_t first, size_t count,
            const uint16_t* weights, uint16_t* keys, uint16_t* values, float* scratch) {
  const size_t width = shape.key_width(), value_width = shape.value_width(),
               tiles = (shape.padded_nope() + value_width) / 16, stride = tiles * 16;
  const size_t row_stride = cache.row.width;
  auto* value_rows = reinterpret_cast<uint16_t*>(scratch + 32 * stride);
  uint16_t* room = value_rows + kAttentionBlock * value_width;
  for (size_t p = 0; p < count; p += 32) {
    const uint16_t* rows = rows_at(cache, first + p, count - p < 32 ? count - p : 32, room);
    multiply_rows(shape.rank / 32, rows, row_stride, weights, tiles, scratch);
    for (size_t i = 0; i < 32; ++i) {
      uint16_t* key = keys + (p + i) * width;
      const float* product = scratch + i * stride;
      store_bf16(product, shape.nope, key);
      std::memcpy(key + shape.nope, rows + i * row_stride + shape.rank,
                  shape.rope * sizeof(uint16_t));
      std::memset(key + shape.nope + shape.rope, 0,
                  (width - shape.nope - shape.rope) * sizeof(uint16_t));
      store_bf16(product + shape.padded_nope(), value_width, value_rows + (p + i) * value_width);
    }
  }
  interleave_values({value_width, value_width}, value_rows, count, values);
}

void add(const DecompressedShape& shape, const uint16_t* queries, size_t first_position,
         const uint16_t* keys, const uint16_t* values, size_t first, size_t count,
         const TileAttentionState& state, float* scratch) {
  const size_t end = first_position + kTileHeads;  // one past the last position any lane sees
  if (end <= first) return;
  const size_t visible = end - first < count ? end - first : count;
  const size_t steps = (visible + 31) / 32;
  float* scores = scratch;
  auto* probabilities = reinterpret_cast<uint16_t*>(scratch + kAttentionBlock * kTileHeads);
  const TileAttentionShape softmax = shape.softmax();
  score_block(softmax, queries, keys, visible, scores);
  // The lower lanes do not see the last positions.
  for (size_t p = first_position + 1 > first ? first_position + 1 - first : 0; p < visible; ++p) {
    const size_t hidden = first + p - first_position;  // lanes 0 … hidden - 1
    const auto mask = static_cast<__mmask16>((1u << hidden) - 1);
    _mm512_mask_storeu_ps(scores + p * kTileHeads, mask, _mm512_set1_ps(kNothing));
  }
  soften(softmax, visible, steps, scores, state.maxima, state.totals, state.sums, probabilities);
  add_values(softmax, probabilities, values, steps, state.sums);
}

constexpr TileDecompressKernels kDecompress{prepare, expand, add};

}  // namespace
}  // namespace lacuna::cpu::amx

namespace lacuna::cpu {

const TileDecompressKernels* tile_decompress_kernels() {
  return amx::request_permission() ? &amx::kDecompress : nullptr;
}

}  // namespace lacuna::cpu
