// A block multiplies 64 rows of weights by 64 tokens, 64 columns at a time. Weights come as they
// are, two chunks ahead; activations are split into two bf16 on their way. A warp has 16 rows and
// 32 tokens. A chunk has one scale: its products are added up without it first.
//
// The order of columns within 32 is the tensor core's own business as long as both sides have the
// same one: a lane takes columns 8t … 8t + 7, which lie together, for its part of two steps of 16.
#include "e4m3.cuh"
#include "vectors.cuh"
#include "work_tile.cuh"

namespace lacuna::kernels {
namespace {

constexpr uint32_t kRows = kGemmE4m3Rows, kTokens = kGemmE4m3Tokens;
constexpr uint32_t kColumns = 64;  // of a chunk
constexpr uint32_t kStages = 3;
constexpr uint32_t kWarpRows = 16, kWarpTokens = 32, kTileTokens = 8;
constexpr uint32_t kTiles = kWarpTokens / kTileTokens;
static_assert(kRows / kWarpRows * (kTokens / kWarpTokens) * kWarp == kGemmE4m3Threads);
static_assert(kRows * kColumns / 16 == kGemmE4m3Threads && kE4m3Block % kRows == 0);

// Rows lie so far apart that lanes of a warp, which read one each, do not get into each other's
// way.
struct Memory {
  alignas(16) uint8_t weights[kStages][kRows][kColumns + 32];
  alignas(16) uint16_t high[kTokens][kColumns + 32];
  alignas(16) uint16_t low[kTokens][kColumns + 32];
};

// Sixteen bytes a thread.
LACUNA_DEVICE void fetch_weights(const E4m3Params& p, const uint8_t* matrix, uint32_t chunk,
                                 Memory& memory) {
  const uint32_t row = threadIdx.x / (kColumns / 16), at = threadIdx.x % (kColumns / 16) * 16;
  const uint32_t of_matrix = blockIdx.x * kRows + row, column = chunk * kColumns + at;
  const bool exists = of_matrix < p.rows && column < p.columns;
  copy_async16(&memory.weights[chunk % kStages][row][at],
               matrix + static_cast<uint64_t>(of_matrix) * p.columns + column, exists ? 16 : 0);
}

// A thread's activations of a chunk: four columns of each fourth sixteen tokens.
struct Activations {
  static constexpr uint32_t kEach = kTokens * kColumns / 4 / kGemmE4m3Threads;
  const float* rows[kEach];  // null: no such token
  float x[kEach][4];

  LACUNA_DEVICE uint32_t token(uint32_t i) {
    return (i * kGemmE4m3Threads + threadIdx.x) / (kColumns / 4);
  }
  LACUNA_DEVICE uint32_t column() { return threadIdx.x % (kColumns / 4) * 4; }

  LACUNA_METHOD void fetch(const E4m3Params& p, uint32_t chunk) {
    const uint32_t at = chunk * kColumns + column();
    LACUNA_UNROLL
    for (uint32_t i = 0; i < kEach; ++i) {
      const bool exists = rows[i] != nullptr && at < p.columns;
      load4(rows[i], exists ? at : 0, exists ? p.columns : 0, true, x[i]);
    }
  }
  LACUNA_METHOD void put(Memory& memory) const {
    LACUNA_UNROLL
    for (uint32_t i = 0; i < kEach; ++i) {
      Bytes8 high, low;
      LACUNA_UNROLL
      for (uint32_t h = 0; h < 2; ++h) {
        const float a = x[i][2 * h], b = x[i][2 * h + 1];
        high.word[h] = floats_to_bf16x2(a, b);
        low.word[h] = floats_to_bf16x2(a - bits_float(high.word[h] << 16),
                                       b - bits_float(high.word[h] & 0xffff0000u));
      }
      *reinterpret_cast<Bytes8*>(&memory.high[token(i)][column()]) = high;
      *reinterpret_cast<Bytes8*>(&memory.low[token(i)][column()]) = low;
    }
  }
};

// Two halves as two bf16: exact, for they have four bits.
LACUNA_DEVICE uint32_t to_bf16x2(uint32_t halves) {
  return floats_to_bf16x2(lower_half(halves), upper_half(halves));
}

}  // namespace

LACUNA_KERNEL(gemm_e4m3, E4m3Params, kGemmE4m3Threads, 2) {
  auto& memory = shared_memory<Memory>();
  const WorkTile tile = tile_of_block(p.work, p.tokens, kTokens);
  if (tile.count == 0) return;
  const uint8_t* matrix = e4m3_weights(p, tile.matrix);
  const float* scales = e4m3_scales(p, tile.matrix, blockIdx.x * kRows);
  const uint32_t warp_row = warp_index() % (kRows / kWarpRows) * kWarpRows;
  const uint32_t warp_token = warp_index() / (kRows / kWarpRows) * kWarpTokens;
  const uint32_t g = lane_index() / 4, t = lane_index() % 4;
  const uint32_t chunks = (p.columns + kColumns - 1) / kColumns;

  Activations x;
  LACUNA_UNROLL
  for (uint32_t i = 0; i < Activations::kEach; ++i) {
    const uint32_t token = Activations::token(i);
    x.rows[i] = nullptr;
    if (token >= tile.count) continue;
    const uint32_t row = source_row(p.work, result_row(p.work, tile, token));
    x.rows[i] = p.x + static_cast<uint64_t>(row) * p.x_stride;
  }
  LACUNA_UNROLL
  for (uint32_t c = 0; c < kStages - 1; ++c) {
    if (c < chunks) fetch_weights(p, matrix, c, memory);
    copy_async_commit();
  }
  x.fetch(p, 0);

  float sums[kTiles][4] = {};
  for (uint32_t c = 0; c < chunks; ++c) {
    x.put(memory);
    copy_async_wait<kStages - 2>();
    // The chunk is there, and everyone is done with the stage that is filled next.
    block_barrier();
    if (c + kStages - 1 < chunks) fetch_weights(p, matrix, c + kStages - 1, memory);
    copy_async_commit();
    if (c + 1 < chunks) x.fetch(p, c + 1);

    const auto& weights = memory.weights[c % kStages];
    float parts[kTiles][4] = {};
    LACUNA_UNROLL
    for (uint32_t k = 0; k < kColumns; k += 32) {
      uint32_t a[2][4];  // of two steps
      LACUNA_UNROLL
      for (uint32_t r = 0; r < 2; ++r) {
        const auto eight =
            *reinterpret_cast<const Bytes8*>(&weights[warp_row + g + 8 * r][k + 8 * t]);
        LACUNA_UNROLL
        for (uint32_t s = 0; s < 2; ++s) {
          uint32_t halves[2];
          e4m3_halves(eight.word[s], halves);
          a[s][r] = to_bf16x2(halves[0]);
          a[s][r + 2] = to_bf16x2(halves[1]);
        }
      }
      LACUNA_UNROLL
      for (uint32_t n = 0; n < kTiles; ++n) {
        const uint32_t first = warp_token + n * kTileTokens;
        if (first >= tile.count) break;
        const auto high = *reinterpret_cast<const Bytes16*>(&memory.high[first + g][k + 8 * t]);
        const auto low = *reinterpret_cast<const Bytes16*>(&memory.low[first + g][k + 8 * t]);
        LACUNA_UNROLL
        for (uint32_t s = 0; s < 2; ++s) {
          mma_bf16(parts[n], a[s], {low.word[2 * s], low.word[2 * s + 1]});
          mma_bf16(parts[n], a[s], {high.word[2 * s], high.word[2 * s + 1]});
        }
      }
    }
    const float scale = kE4m3Factor * load_cached(scales + c * kColumns / kE4m3Block);
    LACUNA_UNROLL
    for (uint32_t n = 0; n < kTiles; ++n) {
      LACUNA_UNROLL
      for (int i = 0; i < 4; ++i) sums[n][i] += scale * parts[n][i];
    }
    // Everyone has read the activations.
    block_barrier();
  }

  LACUNA_UNROLL
  for (uint32_t n = 0; n < kTiles; ++n) {
    LACUNA_UNROLL
    for (uint32_t i = 0; i < 4; ++i) {
      const uint32_t row = blockIdx.x * kRows + warp_row + g + i / 2 * 8;
      const uint32_t token = warp_token + n * kTileTokens + 2 * t + i % 2;
      if (row >= p.rows || token >= tile.count) continue;
      const uint64_t to = static_cast<uint64_t>(result_row(p.work, tile, token)) * p.out_stride;
      store(p.out[blockIdx.z] + to + row, sums[n][i]);
    }
  }
}

}  // namespace lacuna::kernels
