// Quantised weights times many tokens. The block goes through the columns in steps; the next step's
// weights, as they lie in the file, and activations are on their way from memory while one is
// computed. A lane takes apart just those weights that it holds of the tensor cores' fragments; the
// activations' two bytes are multiplied one after the other.
#include "gemm_stages.cuh"

namespace lacuna::kernels {
namespace {

// Sums of bytes' products begin at the bits of 1.5 * 2^23. Being below 2^22 either way they then
// are the lower bits of a float, and it takes a subtraction to have them as one, which is cheaper
// than a conversion.
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
  using Memory = GemmStages<Format>;
  const WorkTile tile = tile_of_block(p.work, p.tokens, kGemmTokens);
  if (tile.count == 0) return;
  const uint32_t lane = lane_index(), count = tile.count;
  const uint8_t* matrix = p.weights[blockIdx.z] + tile.matrix * p.stride;
  auto& tokens = shared_memory<GemmTokens>();
  tokens.read(p.work, tile);

  GemmSums sums = {};
  const uint32_t steps = (p.columns + kGemmStep - 1) / kGemmStep;
  LACUNA_UNROLL
  for (uint32_t step = 0; step < kGemmStages - 1; ++step) {
    if (step < steps) fetch_gemm_stages<Format>(p, matrix, tokens, count, step);
    copy_async_commit();
  }
  for (uint32_t step = 0; step < steps; ++step) {
    copy_async_wait<kGemmStages - 2>();
    // Everyone's copies have come, and everyone is done with the stage that is filled next.
    block_barrier();
    const uint32_t ahead = step + kGemmStages - 1;
    if (ahead < steps) fetch_gemm_stages<Format>(p, matrix, tokens, count, ahead);
    copy_async_commit();

    const uint8_t* weights[2];
    LACUNA_UNROLL
    for (uint32_t r = 0; r < 2; ++r) {
      const uint32_t row = lane / 4 + 8 * r;
      weights[r] =
          Memory::weights(step, warp_index() * kGemmWarpRows + row) +
          gemm_skew<Format>(gemm_stage_begin<Format>(p, matrix, gemm_warp_row() + row, step));
    }
    const uint32_t units = gemm_units_from(p, step, kGemmStepGroups);
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
      for (uint32_t first = 0; first < kGemmTokenTiles; first += kGemmTogether) {
        if (8 * first >= count) break;
        LACUNA_UNROLL
        for (uint32_t n = first; n < first + kGemmTogether; ++n) {
          uint32_t b[4];
          load_matrices(b, bytes + 8 * n * kGemmTokenSpan);
          add_unit<Format>(q, scales, b, groups + 8 * n, sums[n]);
        }
      }
    }
  }

  store_gemm_sums(p.out[blockIdx.z], p.out_stride, p.rows, tokens, count, sums);
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
