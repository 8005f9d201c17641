// Quantised weights times a few tokens. The block goes through the columns in chunks; several
// chunks of its rows are on their way from memory while one is computed. Weights come as they lie
// in the file, by whole sixteens of bytes, and are taken apart in shared memory, so a block size of
// 18 or 210 bytes costs no bandwidth.
#include "matvec.h"

#include "reduce.cuh"
#include "weight_formats.cuh"
#include "work_tile.cuh"

namespace lacuna::kernels {
namespace {

constexpr uint32_t kUnits = kMatvecChunk / kUnit;  // of a chunk: one a lane

// Where in the block's shared memory a stage's parts lie.
template <class Format>
struct Stage {
  static constexpr uint32_t kSpan = matvec_span(Format::kBlock, Format::kBlockBytes);
  unsigned char* begin;

  LACUNA_DEVICE Stage of(uint32_t chunk, uint32_t tokens) {
    const uint32_t bytes = kMatvecRows * kSpan + tokens * kMatvecTokenSpan;
    return {dynamic_shared_memory() + chunk % kMatvecStages * bytes};
  }
  LACUNA_METHOD unsigned char* weights(uint32_t row) const { return begin + row * kSpan; }
  // Values of `half` of each unit's 32 lie together, a unit's sixteen bytes beside the next one's:
  // so the lanes of a warp, which read one unit each, do not get into each other's way.
  LACUNA_METHOD unsigned char* high(uint32_t token, uint32_t half, uint32_t unit) const {
    return begin + kMatvecRows * kSpan + token * kMatvecTokenSpan + (half * kUnits + unit) * 16;
  }
  LACUNA_METHOD unsigned char* low(uint32_t token, uint32_t half, uint32_t unit) const {
    return high(token, half, unit) + kMatvecChunk;
  }
  LACUNA_METHOD unsigned char* groups(uint32_t token) const {
    return high(token, 0, 0) + 2 * kMatvecChunk;
  }
};

// What a block works on: a few rows of one matrix, and the tokens of one tile.
struct Work {
  const uint8_t* weights;  // the matrix
  WorkTile tile;
  bool listed;          // by a work list
  uint32_t warp_first;  // the warp's first row
};

// The tile's rows, where there is a list, and the block's results side by side, so that they are
// written in one go.
struct BlockMemory {
  uint32_t source[kMatvecTokens], result[kMatvecTokens];
  float sums[kMatvecTokens][kMatvecRows];
};

// The first byte of chunk `chunk` of a row.
template <class Format>
LACUNA_DEVICE const uint8_t* chunk_begin(const ProductParams& p, const Work& work, uint32_t row,
                                         uint32_t chunk) {
  return work.weights + static_cast<uint64_t>(row) * p.row_bytes +
         chunk * bytes_of_units<Format>(kUnits);
}

LACUNA_DEVICE uint32_t skew_of(const uint8_t* p) {
  return static_cast<uint32_t>(reinterpret_cast<uintptr_t>(p) % 16);
}

LACUNA_DEVICE uint32_t units_of(const ProductParams& p, uint32_t chunk) {
  const uint32_t left = p.columns / kUnit - chunk * kUnits;
  return left < kUnits ? left : kUnits;
}

// Sets the copies of a chunk going: each warp its own rows, all warps together the activations.
template <class Format>
LACUNA_DEVICE void fetch(const ProductParams& p, const Work& work, const BlockMemory& memory,
                         uint32_t chunk) {
  const auto stage = Stage<Format>::of(chunk, work.tile.count);
  const uint32_t units = units_of(p, chunk);
  LACUNA_UNROLL
  for (uint32_t r = 0; r < kMatvecRowsPerWarp; ++r) {
    const uint32_t row = work.warp_first + r;
    if (row >= p.rows) break;
    const uint8_t* from = chunk_begin<Format>(p, work, row, chunk);
    const uint32_t skew = skew_of(from), bytes = skew + bytes_of_units<Format>(units);
    unsigned char* to = stage.weights(warp_index() * kMatvecRowsPerWarp + r);
    for (uint32_t i = lane_index() * 16; i < bytes; i += kWarp * 16) {
      copy_async16(to + i, from - skew + i, bytes - i < 16 ? bytes - i : 16);
    }
  }
  for (uint32_t t = 0; t < work.tile.count; ++t) {
    const uint32_t source = work.listed ? memory.source[t] : work.tile.first + t;
    const uint64_t at = static_cast<uint64_t>(source) * p.columns + chunk * kMatvecChunk;
    for (uint32_t i = threadIdx.x; i < 2 * units; i += kMatvecThreads) {
      copy_async16(stage.high(t, i % 2, i / 2), p.x.high + at + i * 16);
      copy_async16(stage.low(t, i % 2, i / 2), p.x.low + at + i * 16);
    }
    const auto* groups = reinterpret_cast<const uint8_t*>(p.x.groups + at / kInt16Group);
    for (uint32_t i = threadIdx.x; i < units; i += kMatvecThreads) {
      copy_async8(stage.groups(t) + i * 8, groups + i * 8);
    }
  }
}

// One unit of a row times the same unit of a token.
LACUNA_DEVICE float dot_unit(const WeightUnit& w, const Bytes16 (&high)[2], const Bytes16 (&low)[2],
                             const Int16Group& group) {
  float sum = w.offset * static_cast<float>(group.sum);
  LACUNA_UNROLL
  for (int half = 0; half < 2; ++half) {
    int32_t of_high = 0, of_low = 0;
    LACUNA_UNROLL
    for (int i = 0; i < 4; ++i) {
      of_high = dot4_ss(w.q[4 * half + i], high[half].word[i], of_high);
      of_low = dot4_su(w.q[4 * half + i], low[half].word[i], of_low);
    }
    sum += w.scale[half] * static_cast<float>(256 * of_high + of_low);
  }
  return group.scale * sum;
}

template <class Format>
LACUNA_DEVICE void matvec(const ProductParams& p) {
  const WorkTile tile = tile_of_block(p.work, p.tokens, kMatvecTokens);
  const uint32_t tokens = tile.count;
  if (tokens == 0) return;
  const Work work{p.weights[blockIdx.z] + tile.matrix * p.stride, tile, p.work.tiles != nullptr,
                  blockIdx.x * kMatvecRows + warp_index() * kMatvecRowsPerWarp};
  const uint32_t first_row = work.warp_first;
  auto& memory = shared_memory<BlockMemory>();
  if (work.listed) {
    if (threadIdx.x < tokens) {
      const uint32_t row = result_row(p.work, tile, threadIdx.x);
      memory.source[threadIdx.x] = source_row(p.work, row);
      memory.result[threadIdx.x] = row;
    }
    block_barrier();
  }
  const uint32_t chunks = (p.columns + kMatvecChunk - 1) / kMatvecChunk;

  float sums[kMatvecRowsPerWarp][kMatvecTokens] = {};
  LACUNA_UNROLL
  for (uint32_t c = 0; c < kMatvecStages - 1; ++c) {
    if (c < chunks) fetch<Format>(p, work, memory, c);
    copy_async_commit();
  }
  for (uint32_t c = 0; c < chunks; ++c) {
    copy_async_wait<kMatvecStages - 2>();
    // Everyone's copies have come, and everyone is done with the stage that is filled next.
    block_barrier();
    const uint32_t ahead = c + kMatvecStages - 1;
    if (ahead < chunks) fetch<Format>(p, work, memory, ahead);
    copy_async_commit();

    const auto stage = Stage<Format>::of(c, tokens);
    const uint32_t u = lane_index();
    if (u >= units_of(p, c)) continue;
    WeightUnit w[kMatvecRowsPerWarp];
    LACUNA_UNROLL
    for (uint32_t r = 0; r < kMatvecRowsPerWarp; ++r) {
      if (first_row + r >= p.rows) break;
      const uint32_t skew = skew_of(chunk_begin<Format>(p, work, first_row + r, c));
      const uint8_t* row = stage.weights(warp_index() * kMatvecRowsPerWarp + r) + skew;
      w[r] = read_unit<Format>(row, u);
    }
    LACUNA_UNROLL
    for (uint32_t t = 0; t < kMatvecTokens; ++t) {
      if (t >= tokens) break;
      Bytes16 high[2], low[2];
      LACUNA_UNROLL
      for (uint32_t h = 0; h < 2; ++h) {
        high[h] = *reinterpret_cast<const Bytes16*>(stage.high(t, h, u));
        low[h] = *reinterpret_cast<const Bytes16*>(stage.low(t, h, u));
      }
      const Int16Group group = reinterpret_cast<const Int16Group*>(stage.groups(t))[u];
      LACUNA_UNROLL
      for (uint32_t r = 0; r < kMatvecRowsPerWarp; ++r) {
        if (first_row + r < p.rows) sums[r][t] += dot_unit(w[r], high, low, group);
      }
    }
  }

  LACUNA_UNROLL
  for (uint32_t r = 0; r < kMatvecRowsPerWarp; ++r) {
    LACUNA_UNROLL
    for (uint32_t t = 0; t < kMatvecTokens; ++t) {
      if (t >= tokens) break;
      const float sum = warp_sum(sums[r][t]);
      if (lane_index() == 0) memory.sums[t][warp_index() * kMatvecRowsPerWarp + r] = sum;
    }
  }
  block_barrier();
  const uint32_t t = threadIdx.x / kMatvecRows, r = threadIdx.x % kMatvecRows;
  const uint32_t row = blockIdx.x * kMatvecRows + r;
  if (t < tokens && row < p.rows) {
    const uint32_t to = work.listed ? memory.result[t] : tile.first + t;
    store(p.out[blockIdx.z] + static_cast<uint64_t>(to) * p.out_stride + row, memory.sums[t][r]);
  }
}

}  // namespace

LACUNA_KERNEL(matvec_q4_0, ProductParams, kMatvecThreads, 4) {
  matvec<Q4_0>(p);
}
LACUNA_KERNEL(matvec_q5_0, ProductParams, kMatvecThreads, 4) {
  matvec<Q5_0>(p);
}
LACUNA_KERNEL(matvec_q5_1, ProductParams, kMatvecThreads, 4) {
  matvec<Q5_1>(p);
}
LACUNA_KERNEL(matvec_q8_0, ProductParams, kMatvecThreads, 4) {
  matvec<Q8_0>(p);
}
LACUNA_KERNEL(matvec_iq4_nl, ProductParams, kMatvecThreads, 4) {
  matvec<IQ4_NL>(p);
}
LACUNA_KERNEL(matvec_q4_k, ProductParams, kMatvecThreads, 4) {
  matvec<Q4_K>(p);
}
LACUNA_KERNEL(matvec_q5_k, ProductParams, kMatvecThreads, 4) {
  matvec<Q5_K>(p);
}
LACUNA_KERNEL(matvec_q6_k, ProductParams, kMatvecThreads, 4) {
  matvec<Q6_K>(p);
}

}  // namespace lacuna::kernels
