// Quantised weights and 16-bit activations of a gemm_ kernel in shared memory: a step that is
// computed, and the next one, which is on its way.
#pragma once

#include "gemm_tile.cuh"
#include "weight_formats.cuh"

namespace lacuna::kernels {

static_assert(kGemmStepGroups * kUnit == kGemmStep);

// Where what is needed for a step lies in the block's dynamic shared memory.
template <class Format>
struct GemmStages {
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

// Units of the matrix from the beginning of a step on, at most `most`.
LACUNA_DEVICE uint32_t gemm_units_from(const ProductParams& p, uint32_t step, uint32_t most) {
  const uint32_t left = p.columns / kUnit - step * kGemmStepGroups;
  return left < most ? left : most;
}

// The first byte of a row's weights for `step`, with which a stage of them begins.
template <class Format>
LACUNA_DEVICE const uint8_t* gemm_stage_begin(const ProductParams& p, const uint8_t* matrix,
                                              uint32_t row, uint32_t step) {
  return matrix + static_cast<uint64_t>(row) * p.row_bytes +
         bytes_of_units<Format>(step / GemmStages<Format>::kSteps * GemmStages<Format>::kSteps *
                                kGemmStepGroups);
}

template <class Format>
LACUNA_DEVICE uint32_t gemm_skew(const uint8_t* begin) {
  if (Format::kBlockBytes % 16 == 0) return 0;
  return static_cast<uint32_t>(reinterpret_cast<uintptr_t>(begin) % 16);
}

// Sets the copies of a warp's weights going.
template <class Format>
LACUNA_DEVICE void fetch_gemm_weights(const ProductParams& p, const uint8_t* matrix,
                                      uint32_t step) {
  using Memory = GemmStages<Format>;
  constexpr uint32_t kPieces = Memory::kWeightSpan / 16;
  const uint32_t bytes =
      bytes_of_units<Format>(gemm_units_from(p, step, Memory::kSteps * kGemmStepGroups));
  for (uint32_t i = lane_index(); i < kGemmWarpRows * kPieces; i += kWarp) {
    const uint32_t r = i / kPieces, at = i % kPieces * 16;
    if (gemm_warp_row() + r >= p.rows) break;
    const uint8_t* begin = gemm_stage_begin<Format>(p, matrix, gemm_warp_row() + r, step);
    const uint32_t skew = gemm_skew<Format>(begin), end = skew + bytes;
    if (at >= end) continue;
    copy_async16(Memory::weights(step, warp_index() * kGemmWarpRows + r) + at, begin - skew + at,
                 end - at < 16 ? end - at : 16);
  }
}

// Sets the copies of a step's activations going, all warps together.
template <class Format>
LACUNA_DEVICE void fetch_gemm_tokens(const ProductParams& p, const GemmTokens& tokens,
                                     uint32_t count, uint32_t step) {
  using Memory = GemmStages<Format>;
  constexpr uint32_t kPieces = kGemmStep / 16;
  const uint32_t units = gemm_units_from(p, step, kGemmStepGroups);
  for (uint32_t i = threadIdx.x; i < count * kPieces; i += kGemmThreads) {
    const uint32_t t = i / kPieces, piece = i % kPieces * 16;
    if (piece >= units * kUnit) continue;
    const uint64_t at =
        static_cast<uint64_t>(tokens.source[t]) * p.columns + step * kGemmStep + piece;
    unsigned char* to = Memory::token(step, t) + piece;
    copy_async16(to, p.x.high + at);
    copy_async16(to + kGemmStep, p.x.low + at);
  }
  for (uint32_t i = threadIdx.x; i < count * kGemmStepGroups; i += kGemmThreads) {
    const uint32_t t = i / kGemmStepGroups, group = i % kGemmStepGroups;
    if (group >= units) continue;
    const uint64_t at = static_cast<uint64_t>(tokens.source[t]) * (p.columns / kInt16Group) +
                        step * kGemmStepGroups + group;
    copy_async8(Memory::groups(step, group) + t, p.x.groups + at);
  }
}

template <class Format>
LACUNA_DEVICE void fetch_gemm_stages(const ProductParams& p, const uint8_t* matrix,
                                     const GemmTokens& tokens, uint32_t count, uint32_t step) {
  if (step % GemmStages<Format>::kSteps == 0) fetch_gemm_weights<Format>(p, matrix, step);
  fetch_gemm_tokens<Format>(p, tokens, count, step);
}

}  // namespace lacuna::kernels
