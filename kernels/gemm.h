// A weight matrix times many tokens, on tensor cores. Shared by kernels and host.
#pragma once

#include "products.h"

namespace lacuna::kernels {

inline constexpr uint32_t kGemmThreads = 256;
inline constexpr uint32_t kGemmRows = 128;  // of one block: sixteen a warp
inline constexpr uint32_t kGemmTokens = 64;

// Kernels `gemm_…` of each quantised type take ProductParams, `gemm_f32`, `gemm_f16` and
// `gemm_bf16` take ProductFloatParams: block (x, y, z) does rows kGemmRows * x … and at most
// kGemmTokens tokens or entries. Dynamic shared memory for quantised types alone:
// gemm_shared_bytes, at most 99 KiB, as much as any GPU from 8.0 on has for a block.
//
// Quantised weights are multiplied with all 16 bits of the activations, as exactly as by
// `matvec_…`; floats with 16 bits of each, the weights' and the activations': an error of about
// 10^-5.
inline constexpr uint32_t kGemmStages = 2;
inline constexpr uint32_t kGemmStep = 128;  // columns between two barriers
inline constexpr uint32_t kGemmStepGroups = kGemmStep / kInt16Group;

// Columns of weights that are copied at once: whole blocks.
constexpr uint32_t gemm_weight_columns(uint32_t block_elements) {
  return block_elements < kGemmStep ? kGemmStep : block_elements;
}

// Room for a row's part of them, whatever its alignment: an odd number of sixteens of bytes, so
// that the eight rows that a warp reads at once lie in different banks.
constexpr uint32_t gemm_weight_span(uint32_t block_elements, uint32_t block_bytes) {
  const uint32_t skew = block_bytes % 16 == 0 ? 0 : 14;
  const uint32_t bytes = gemm_weight_columns(block_elements) / block_elements * block_bytes + skew;
  return ((bytes + 15) / 16 | 1) * 16;
}

// Room for a token's values of a step, an odd number of sixteens again.
inline constexpr uint32_t kGemmTokenSpan = 2 * kGemmStep + 16;

constexpr uint32_t gemm_shared_bytes(uint32_t block_elements, uint32_t block_bytes) {
  return kGemmStages *
         (kGemmRows * gemm_weight_span(block_elements, block_bytes) +
          kGemmTokens * (kGemmTokenSpan + kGemmStepGroups * uint32_t{sizeof(Int16Group)}));
}

}  // namespace lacuna::kernels
