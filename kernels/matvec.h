// A weight matrix times a few tokens, bound by the reading of weights. Shared by kernels and host.
#pragma once

#include "int16_rows.h"

namespace lacuna::kernels {

inline constexpr uint32_t kMatvecThreads = 128;
inline constexpr uint32_t kMatvecRowsPerWarp = 2;
inline constexpr uint32_t kMatvecRows = kMatvecThreads / 32 * kMatvecRowsPerWarp;  // of one block
inline constexpr uint32_t kMatvecTokens = 8;                                       // of one block
inline constexpr uint32_t kMatvecStages = 3;
inline constexpr uint32_t kMatvecChunk = 1024;  // columns of one stage

// Kernels `matvec_q4_0`, `matvec_q5_0`, `matvec_q5_1`, `matvec_q8_0`, `matvec_iq4_nl`,
// `matvec_q4_k`, `matvec_q5_k`, `matvec_q6_k`: out[t, r] = row r of the weights · x[t]. Block (x,
// y) does rows kMatvecRows * x … and tokens kMatvecTokens * y …; a token's result does not depend
// on the others. Dynamic shared memory: matvec_shared_bytes.
struct MatvecParams {
  const uint8_t*
      weights;         // [rows, row_bytes]: GGUF's blocks; the matrix begins at a multiple of 16
  uint32_t row_bytes;  // of columns / block elements whole blocks
  uint32_t rows;
  uint32_t columns;  // a multiple of 32, or of 256 for the K types
  uint32_t tokens;
  Int16Rows x;          // [tokens, columns]
  float* out;           // [tokens, out_stride]
  uint32_t out_stride;  // ≥ rows
};

// Kernels `matvec_f32`, `matvec_f16`, `matvec_bf16`: the same for weights that are floats, times
// floats. No dynamic shared memory.
struct MatvecFloatParams {
  const void* weights;  // [rows, columns]; the matrix begins at a multiple of 16
  uint32_t rows;
  uint32_t columns;  // any
  uint32_t tokens;
  const float* x;  // [tokens, x_stride]; begins at a multiple of 16
  uint32_t x_stride;
  float* out;  // [tokens, out_stride]
  uint32_t out_stride;
};

// Room for a row's part of a stage, whatever its alignment: whole sixteens of bytes.
constexpr uint32_t matvec_span(uint32_t block_elements, uint32_t block_bytes) {
  return (kMatvecChunk / block_elements * block_bytes + 15 + 15) / 16 * 16;
}

// Bytes of a token's part of a stage: its values, then its groups.
inline constexpr uint32_t kMatvecTokenSpan =
    2 * kMatvecChunk + kMatvecChunk / kInt16Group * sizeof(Int16Group);

// Of a launch with `tokens` tokens, which may be more than kMatvecTokens.
constexpr uint32_t matvec_shared_bytes(uint32_t block_elements, uint32_t block_bytes,
                                       uint32_t tokens) {
  const uint32_t of_block = tokens < kMatvecTokens ? tokens : kMatvecTokens;
  return kMatvecStages *
         (kMatvecRows * matvec_span(block_elements, block_bytes) + of_block * kMatvecTokenSpan);
}

}  // namespace lacuna::kernels
