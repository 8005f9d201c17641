// Weights that are floats times many tokens. The block goes through the columns in steps; while one
// is computed the next one's floats are on their way into registers. On their way from there into
// shared memory they are split into two bf16, of which the tensor cores multiply all pairs but the
// low ones'.
#include "float_formats.cuh"
#include "gemm_tile.cuh"
#include "split_floats.cuh"

namespace lacuna::kernels {
namespace {

constexpr uint32_t kColumns = 32;  // of a step
constexpr uint32_t kWords = kColumns / 2;
constexpr uint32_t kFours = kColumns / 4;                   // threads for a row
constexpr uint32_t kRowsAtOnce = kGemmThreads / kFours;     // of all threads
constexpr uint32_t kWeightsEach = kGemmRows / kRowsAtOnce;  // rows of a thread
constexpr uint32_t kTokensEach = kGemmTokens / kRowsAtOnce;
// A bf16 has no low part.
template <class Format>
constexpr bool kSplit = true;
template <>
constexpr bool kSplit<BF16> = false;

// A row of a step, high parts before low ones, an odd number of sixteens of bytes: so the eight
// rows that a warp reads at once lie in different banks.
template <uint32_t words>
struct alignas(16) Row {
  uint32_t of[words + 4];
};
template <class Format>
struct Memory {
  Row<(kSplit<Format> ? 2 : 1) * kWords> weights[kGemmRows];
  Row<2 * kWords> tokens[kGemmTokens];
  GemmTokens of_tokens;  // their rows
};

// Four columns of some rows of weights and of some tokens: what a thread brings for a step. Zeros
// where there is none.
template <class Format>
struct Floats {
  float weights[kWeightsEach][4], tokens[kTokensEach][4];

  LACUNA_DEVICE uint32_t row(uint32_t i) { return i * kRowsAtOnce + threadIdx.x / kFours; }
  LACUNA_DEVICE uint32_t column() { return threadIdx.x % kFours * 4; }

  LACUNA_METHOD void fetch(const ProductFloatParams& p, const typename Format::Type* matrix,
                           const GemmTokens& of_tokens, uint32_t count, uint32_t step) {
    const bool weights_aligned = p.columns % 4 == 0 && p.stride % 16 == 0;
    const bool tokens_aligned = p.columns % 4 == 0 && p.x_stride % 4 == 0;
    const uint32_t at = step * kColumns + column();
    LACUNA_UNROLL
    for (uint32_t i = 0; i < kWeightsEach; ++i) {
      const uint32_t r = blockIdx.x * kGemmRows + row(i);
      load4_as_floats<Format>(matrix + static_cast<uint64_t>(r) * p.columns, at,
                              r < p.rows ? p.columns : 0, weights_aligned, weights[i]);
    }
    LACUNA_UNROLL
    for (uint32_t i = 0; i < kTokensEach; ++i) {
      const uint32_t t = row(i);
      const uint64_t from = t < count ? static_cast<uint64_t>(of_tokens.source[t]) * p.x_stride : 0;
      load4_as_floats<F32>(p.x + from, at, t < count ? p.columns : 0, tokens_aligned, tokens[i]);
    }
  }

  LACUNA_METHOD void put(Memory<Format>& memory) const {
    LACUNA_UNROLL
    for (uint32_t i = 0; i < kWeightsEach; ++i) {
      put_row<kSplit<Format>>(memory.weights[row(i)].of, weights[i]);
    }
    LACUNA_UNROLL
    for (uint32_t i = 0; i < kTokensEach; ++i) {
      put_row<true>(memory.tokens[row(i)].of, tokens[i]);
    }
  }

  template <bool with_low>
  LACUNA_DEVICE void put_row(uint32_t* words, const float (&x)[4]) {
    Bytes8 high, low;
    split_to_bf16x2({x[0], x[1]}, high.word[0], low.word[0]);
    split_to_bf16x2({x[2], x[3]}, high.word[1], low.word[1]);
    *reinterpret_cast<Bytes8*>(words + column() / 2) = high;
    if (with_low) *reinterpret_cast<Bytes8*>(words + kWords + column() / 2) = low;
  }
};

template <class Format>
LACUNA_DEVICE void gemm_float(const ProductFloatParams& p) {
  using Type = typename Format::Type;
  const WorkTile tile = tile_of_block(p.work, p.tokens, kGemmTokens);
  if (tile.count == 0) return;
  const auto* matrix = reinterpret_cast<const Type*>(
      static_cast<const uint8_t*>(p.weights[blockIdx.z]) + tile.matrix * p.stride);
  auto& memory = shared_memory<Memory<Format>>();
  memory.of_tokens.read(p.work, tile);

  const uint32_t lane = lane_index(), count = tile.count;
  const uint32_t steps = (p.columns + kColumns - 1) / kColumns;
  GemmSums sums = {};
  Floats<Format> next;
  next.fetch(p, matrix, memory.of_tokens, count, 0);
  for (uint32_t step = 0; step < steps; ++step) {
    next.put(memory);
    block_barrier();
    if (step + 1 < steps) next.fetch(p, matrix, memory.of_tokens, count, step + 1);
    LACUNA_UNROLL
    for (uint32_t k = 0; k < kWords; k += 8) {
      const uint32_t* weights =
          memory.weights[warp_index() * kGemmWarpRows + lane % 16].of + k + lane / 16 * 4;
      uint32_t high[4], low[4];
      load_matrices(high, weights);
      if constexpr (kSplit<Format>) load_matrices(low, weights + kWords);
      const uint32_t* tokens =
          memory.tokens[lane % 8].of + k + lane / 16 * kWords + lane / 8 % 2 * 4;
      LACUNA_UNROLL
      for (uint32_t first = 0; first < kGemmTokenTiles; first += kGemmTogether) {
        if (8 * first >= count) break;
        LACUNA_UNROLL
        for (uint32_t n = first; n < first + kGemmTogether; ++n) {
          uint32_t b[4];  // two words of high parts, two of low ones
          load_matrices(b, tokens + 8 * n * (sizeof(memory.tokens[0]) / sizeof(uint32_t)));
          const uint32_t high_b[2] = {b[0], b[1]}, low_b[2] = {b[2], b[3]};
          if constexpr (kSplit<Format>) mma_bf16(sums[n], low, high_b);
          mma_bf16(sums[n], high, low_b);
          mma_bf16(sums[n], high, high_b);
        }
      }
    }
    // Everyone is done with the step.
    block_barrier();
  }

  store_gemm_sums(p.out[blockIdx.z], p.out_stride, p.rows, memory.of_tokens, count, sums);
}

}  // namespace

LACUNA_KERNEL(gemm_f32, ProductFloatParams, kGemmThreads, 2) {
  gemm_float<F32>(p);
}
LACUNA_KERNEL(gemm_f16, ProductFloatParams, kGemmThreads, 2) {
  gemm_float<F16>(p);
}
LACUNA_KERNEL(gemm_bf16, ProductFloatParams, kGemmThreads, 2) {
  gemm_float<BF16>(p);
}

}  // namespace lacuna::kernels
