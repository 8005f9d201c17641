// Quantised weights times many tokens. The block goes through the columns in steps; the next step's
// weights, as they lie in the file, and activations are on their way from memory while one is
// computed. A lane takes apart just those weights that it holds of the tensor cores' fragments; the
// activations' two bytes are multiplied one after the other.
#include "gemm.h"

#include "weight_formats.cuh"
#include "work_tile.cuh"

namespace lacuna::kernels {
namespace {

constexpr uint32_t kWarpRows = kGemmRows / (kGemmThreads / kWarp);
constexpr uint32_t kTokenTiles = kGemmTokens / 8;  // of eight tokens: an instruction's
constexpr uint32_t kTogether = 2;  // token tiles without a branch between: one waits, one adds
static_assert(kWarpRows == 16 && kGemmStepGroups * kUnit == kGemmStep);

// Where what is needed for a step lies in the block's dynamic shared memory.
template <class Format>
struct Stages {
  static constexpr uint32_t kWeightSpan = gemm_weight_span(Format::kBlock, Format::kBlockBytes);
  // Steps that weights copied at once last for.
  static constexpr uint32_t kSteps = gemm_weight_columns(Format::kBlock) / kGemmStep;
  static constexpr uint32_t kTokens = kGemmStages * kGemmRows * kWeightSpan;
  static constexpr uint32_t kGroups = kTokens + kGemmStages * kGemmTokens * kGemmTokenSpan;

  LACUNA_DEVICE unsigned char* weights(uint32_t step, uint32_t row) {
    const uint32_t stage = step / kSteps % kGemmStages;
    return dynamic_shared_memory() + (stage * kGemmRows + row) * kWeightSpan;
  }
  // High bytes, then low ones.
  LACUNA_DEVICE unsigned char* token(uint32_t step, uint32_t token) {
    const uint32_t stage = step % kGemmStages;
    return dynamic_shared_memory() + kTokens + (stage * kGemmTokens + token) * kGemmTokenSpan;
  }
  // [kGemmTokens], of each of the step's groups.
  LACUNA_DEVICE Int16Group* groups(uint32_t step, uint32_t group) {
    const uint32_t index = step % kGemmStages * kGemmStepGroups + group;
    return reinterpret_cast<Int16Group*>(dynamic_shared_memory() + kGroups) + index * kGemmTokens;
  }
};

// What a block works on.
struct Work {
  const uint8_t* weights;  // the matrix
  uint32_t tokens;
  uint32_t warp_first;  // the warp's first row
};
struct TileRows {
  uint32_t source[kGemmTokens], result[kGemmTokens];
};

// Units of the matrix from the beginning of a step on, at most `most`.
LACUNA_DEVICE uint32_t units_from(const ProductParams& p, uint32_t step, uint32_t most) {
  const uint32_t left = p.columns / kUnit - step * kGemmStepGroups;
  return left < most ? left : most;
}

// The first byte of a row's weights for `step`, with which a stage of them begins.
template <class Format>
LACUNA_DEVICE const uint8_t* stage_begin(const ProductParams& p, const Work& work, uint32_t row,
                                         uint32_t step) {
  return work.weights + static_cast<uint64_t>(row) * p.row_bytes +
         bytes_of_units<Format>(step / Stages<Format>::kSteps * Stages<Format>::kSteps *
                                kGemmStepGroups);
}

template <class Format>
LACUNA_DEVICE uint32_t skew_of(const uint8_t* begin) {
  if (Format::kBlockBytes % 16 == 0) return 0;
  return static_cast<uint32_t>(reinterpret_cast<uintptr_t>(begin) % 16);
}

// Sets the copies of a warp's weights going.
template <class Format>
LACUNA_DEVICE void fetch_weights(const ProductParams& p, const Work& work, uint32_t step) {
  using Memory = Stages<Format>;
  constexpr uint32_t kPieces = Memory::kWeightSpan / 16;
  const uint32_t bytes =
      bytes_of_units<Format>(units_from(p, step, Memory::kSteps * kGemmStepGroups));
  for (uint32_t i = lane_index(); i < kWarpRows * kPieces; i += kWarp) {
    const uint32_t r = i / kPieces, at = i % kPieces * 16;
    if (work.warp_first + r >= p.rows) break;
    const uint8_t* begin = stage_begin<Format>(p, work, work.warp_first + r, step);
    const uint32_t skew = skew_of<Format>(begin), end = skew + bytes;
    if (at >= end) continue;
    copy_async16(Memory::weights(step, warp_index() * kWarpRows + r) + at, begin - skew + at,
                 end - at < 16 ? end - at : 16);
  }
}

// Sets the copies of a step's activations going, all warps together.
template <class Format>
LACUNA_DEVICE void fetch_tokens(const ProductParams& p, const Work& work, const TileRows& rows,
                                uint32_t step) {
  using Memory = Stages<Format>;
  constexpr uint32_t kPieces = kGemmStep / 16;
  const uint32_t units = units_from(p, step, kGemmStepGroups);
  for (uint32_t i = threadIdx.x; i < work.tokens * kPieces; i += kGemmThreads) {
    const uint32_t t = i / kPieces, piece = i % kPieces * 16;
    if (piece >= units * kUnit) continue;
    const uint64_t at =
        static_cast<uint64_t>(rows.source[t]) * p.columns + step * kGemmStep + piece;
    unsigned char* to = Memory::token(step, t) + piece;
    copy_async16(to, p.x.high + at);
    copy_async16(to + kGemmStep, p.x.low + at);
  }
  for (uint32_t i = threadIdx.x; i < work.tokens * kGemmStepGroups; i += kGemmThreads) {
    const uint32_t t = i / kGemmStepGroups, group = i % kGemmStepGroups;
    if (group >= units) continue;
    const uint64_t at = static_cast<uint64_t>(rows.source[t]) * (p.columns / kInt16Group) +
                        step * kGemmStepGroups + group;
    copy_async8(Memory::groups(step, group) + t, p.x.groups + at);
  }
}

template <class Format>
LACUNA_DEVICE void fetch(const ProductParams& p, const Work& work, const TileRows& rows,
                         uint32_t step) {
  if (step % Stages<Format>::kSteps == 0) fetch_weights<Format>(p, work, step);
  fetch_tokens<Format>(p, work, rows, step);
}

// Sums of bytes' products begin at the bits of 1.5 * 2^23. Being below 2^22 they then are the lower
// bits of a float, and it takes a subtraction to have them as one, which is cheaper than a
// conversion.
constexpr int32_t kSumBase = 0x4b400000;
LACUNA_DEVICE float sum_value(int32_t sum) {
  return bits_float(static_cast<uint32_t>(sum)) - 12582912.0f;
}

// Sixteen rows times eight tokens over 32 columns, or over 16 with half of the words: Σ q * n in
// the lane's four places.
template <uint32_t words>
LACUNA_DEVICE void multiply(const uint32_t (&q)[2 * words], const uint32_t (&high)[words],
                            const uint32_t (&low)[words], float (&products)[4] LACUNA_SITE) {
  int32_t of_high[4], of_low[4];
  LACUNA_UNROLL
  for (uint32_t i = 0; i < 4; ++i) of_high[i] = of_low[i] = kSumBase;
  mma_s8(of_high, q, high LACUNA_AT);
  mma_s8_u8(of_low, q, low LACUNA_AT);
  LACUNA_UNROLL
  for (uint32_t i = 0; i < 4; ++i) {
    products[i] = 256.0f * sum_value(of_high[i]) + sum_value(of_low[i]);
  }
}

// Adds the products of a unit of the warp's rows and eight tokens. b: its columns' high bytes, then
// its low ones; `groups`: tokens 2 (lane % 4) and the next.
template <class Format>
LACUNA_DEVICE void add_unit(const uint32_t (&q)[4], const UnitScales (&scales)[2],
                            const uint32_t (&b)[4], const Int16Group* groups,
                            float (&sums)[4] LACUNA_SITE) {
  float first[4], last[4];
  if constexpr (Format::kTwoScales) {
    const uint32_t first_q[2] = {q[0], q[1]}, last_q[2] = {q[2], q[3]};
    const uint32_t high[2][1] = {{b[0]}, {b[1]}}, low[2][1] = {{b[2]}, {b[3]}};
    multiply<1>(first_q, high[0], low[0], first LACUNA_AT);
    multiply<1>(last_q, high[1], low[1], last LACUNA_AT);
  } else {
    const uint32_t high[2] = {b[0], b[1]}, low[2] = {b[2], b[3]};
    multiply<2>(q, high, low, first LACUNA_AT);
  }
  const Bytes16 both = *reinterpret_cast<const Bytes16*>(groups);
  LACUNA_UNROLL
  for (uint32_t i = 0; i < 4; ++i) {
    const UnitScales& of_row = scales[i / 2];
    float product = of_row.scale[0] * first[i];
    if (Format::kTwoScales) product += of_row.scale[1] * last[i];
    if (Format::kOffset) {
      const auto sum = static_cast<int32_t>(both.word[i % 2 * 2 + 1]);
      product += of_row.offset * static_cast<float>(sum);
    }
    sums[i] += bits_float(both.word[i % 2 * 2]) * product;
  }
}

template <class Format>
LACUNA_DEVICE void gemm(const ProductParams& p) {
  using Memory = Stages<Format>;
  const WorkTile tile = tile_of_block(p.work, p.tokens, kGemmTokens);
  if (tile.count == 0) return;
  const uint32_t lane = lane_index();
  const Work work{p.weights[blockIdx.z] + tile.matrix * p.stride, tile.count,
                  blockIdx.x * kGemmRows + warp_index() * kWarpRows};
  auto& rows = shared_memory<TileRows>();
  if (threadIdx.x < work.tokens) {
    const uint32_t row = result_row(p.work, tile, threadIdx.x);
    rows.source[threadIdx.x] = source_row(p.work, row);
    rows.result[threadIdx.x] = row;
  }
  block_barrier();

  float sums[kTokenTiles][4] = {};
  const uint32_t steps = (p.columns + kGemmStep - 1) / kGemmStep;
  fetch<Format>(p, work, rows, 0);
  copy_async_commit();
  for (uint32_t step = 0; step < steps; ++step) {
    copy_async_wait<kGemmStages - 2>();
    // Everyone's copies have come, and everyone is done with the stage that is filled next.
    block_barrier();
    if (step + 1 < steps) fetch<Format>(p, work, rows, step + 1);
    copy_async_commit();

    const uint8_t* weights[2];
    LACUNA_UNROLL
    for (uint32_t r = 0; r < 2; ++r) {
      const uint32_t row = lane / 4 + 8 * r;
      weights[r] = Memory::weights(step, warp_index() * kWarpRows + row) +
                   skew_of<Format>(stage_begin<Format>(p, work, work.warp_first + row, step));
    }
    const uint32_t units = units_from(p, step, kGemmStepGroups);
    for (uint32_t u = 0; u < units; ++u) {
      const uint32_t unit = step % Memory::kSteps * kGemmStepGroups + u;  // of the stage
      uint32_t q[4];
      UnitScales scales[2];
      LACUNA_UNROLL
      for (uint32_t r = 0; r < 2; ++r) {
        uint32_t words[2];
        Format::template words<1>(weights[r], unit, lane % 4, words);
        q[r] = words[0];
        q[r + 2] = words[1];
        scales[r] = Format::scales(weights[r], unit);
      }
      const unsigned char* bytes =
          Memory::token(step, lane % 8) + lane / 16 * kGemmStep + u * kUnit + lane / 8 % 2 * 16;
      const Int16Group* groups = Memory::groups(step, u) + lane % 4 * 2;
      LACUNA_UNROLL
      for (uint32_t first = 0; first < kTokenTiles; first += kTogether) {
        if (8 * first >= work.tokens) break;
        LACUNA_UNROLL
        for (uint32_t n = first; n < first + kTogether; ++n) {
          uint32_t b[4];
          load_matrices(b, bytes + 8 * n * kGemmTokenSpan);
          add_unit<Format>(q, scales, b, groups + 8 * n, sums[n]);
        }
      }
    }
  }

  // Eight consecutive values of each of four tokens at a time: whole sectors.
  LACUNA_UNROLL
  for (uint32_t i = 0; i < kTokenTiles * 4; ++i) {
    const uint32_t t = i / 4 * 8 + lane % 4 * 2 + i % 2;
    const uint32_t row = work.warp_first + lane / 4 + i % 4 / 2 * 8;
    if (t >= work.tokens || row >= p.rows) continue;
    float* out = p.out[blockIdx.z] + static_cast<uint64_t>(rows.result[t]) * p.out_stride;
    store(out + row, sums[i / 4][i % 4]);
  }
}

}  // namespace

LACUNA_KERNEL(gemm_q4_0, ProductParams, kGemmThreads, 2) {
  gemm<Q4_0>(p);
}
LACUNA_KERNEL(gemm_q5_0, ProductParams, kGemmThreads, 2) {
  gemm<Q5_0>(p);
}
LACUNA_KERNEL(gemm_q5_1, ProductParams, kGemmThreads, 2) {
  gemm<Q5_1>(p);
}
LACUNA_KERNEL(gemm_q8_0, ProductParams, kGemmThreads, 2) {
  gemm<Q8_0>(p);
}
LACUNA_KERNEL(gemm_iq4_nl, ProductParams, kGemmThreads, 2) {
  gemm<IQ4_NL>(p);
}
LACUNA_KERNEL(gemm_q4_k, ProductParams, kGemmThreads, 2) {
  gemm<Q4_K>(p);
}
LACUNA_KERNEL(gemm_q5_k, ProductParams, kGemmThreads, 2) {
  gemm<Q5_K>(p);
}
LACUNA_KERNEL(gemm_q6_k, ProductParams, kGemmThreads, 2) {
  gemm<Q6_K>(p);
}

}  // namespace lacuna::kernels
