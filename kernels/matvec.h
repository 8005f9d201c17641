// A weight matrix times a few tokens, bound by the reading of weights. Shared by kernels and host.
#pragma once

#include "products.h"

namespace lacuna::kernels {

inline constexpr uint32_t kMatvecThreads = 128;
inline constexpr uint32_t kMatvecRowsPerWarp = 2;
inline constexpr uint32_t kMatvecRows = kMatvecThreads / 32 * kMatvecRowsPerWarp;  // of one block
inline constexpr uint32_t kMatvecTokens = 8;                                       // of one block
inline constexpr uint32_t kMatvecStages = 3;
inline constexpr uint32_t kMatvecChunk = 1024;  // columns of one stage

// Kernels `matvec_…` of each quantised type take ProductParams: block (x, y, z) does rows
// kMatvecRows * x … and at most kMatvecTokens tokens or entries. Dynamic shared memory:
// matvec_shared_bytes.
//
// Kernels `matvec_f32`, `matvec_f16`, `matvec_bf16` take ProductFloatParams: rows
// kMatvecFloatRows * x …, no dynamic shared memory.
inline constexpr uint32_t kMatvecFloatRows = kMatvecThreads / 32;  // of one block: one a warp

// Room for a row's part of a stage, whatever its alignment: whole sixteens of bytes.
constexpr uint32_t matvec_span(uint32_t block_elements, uint32_t block_bytes) {
  return (kMatvecChunk / block_elements * block_bytes + 15 + 15) / 16 * 16;
}

// Bytes of a token's part of a stage: its values, then its groups.
inline constexpr uint32_t kMatvecTokenSpan =
    2 * kMatvecChunk + kMatvecChunk / kInt16Group * sizeof(Int16Group);

// Of a launch with `tokens` tokens, or whose tiles have at most so many entries; more than
// kMatvecTokens count as that.
constexpr uint32_t matvec_shared_bytes(uint32_t block_elements, uint32_t block_bytes,
                                       uint32_t tokens) {
  const uint32_t of_block = tokens < kMatvecTokens ? tokens : kMatvecTokens;
  return kMatvecStages *
         (kMatvecRows * matvec_span(block_elements, block_bytes) + of_block * kMatvecTokenSpan);
}

}  // namespace lacuna::kernels
