// Rows of the token embedding as floats. Shared by kernels and host.
#pragma once

#include <stdint.h>

namespace lacuna::kernels {

inline constexpr uint32_t kEmbeddingThreads = 128;
inline constexpr uint32_t kEmbeddingColumns = 4096;  // of one block

// Kernels `embedding_` and the type's name in lower case (f32, f16, bf16, q4_0, q5_0, q5_1, q8_0,
// iq4_nl, q4_k, q5_k, q6_k): out[t] = row tokens[t] of the table. Block (x, y) does columns
// kEmbeddingColumns * x … of token y.
struct EmbeddingParams {
  const uint8_t* table;  // [vocabulary, row_bytes]; begins at a multiple of 16
  uint32_t row_bytes;
  uint32_t columns;       // whole blocks of the type
  const int32_t* tokens;  // [gridDim.y], below the vocabulary
  float* out;             // [gridDim.y, columns]
};

}  // namespace lacuna::kernels
