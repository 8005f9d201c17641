// k_b the other way round: a matrix that makes keys of latents, for prompts whose attention is
// computed on keys and values rather than on latents.
#pragma once

#include <vector>

#include "model/matrix.h"

namespace lacuna::cuda {

class TransposedKeys {
 public:
  // heads × [rank, nope] → [heads * nope, rank]: float32 where k_b is, halves otherwise, which
  // rounds quantised weights by 2^-12 at most.
  explicit TransposedKeys(const MatrixStack& k_b);

  const Matrix& matrix() const { return matrix_; }

 private:
  std::vector<std::byte> bytes_;
  Matrix matrix_;
};

// Bytes of that matrix.
size_t transposed_key_bytes(const MatrixStack& k_b);

}  // namespace lacuna::cuda
