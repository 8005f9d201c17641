#include "cpu/kernels.h"

#include "cpu/avx512/vector.h"
#include "cpu/vector_kernels.h"

namespace lacuna::cpu {
namespace {

using K = VectorKernels<Avx512>;
constexpr Kernels kKernels{Path::kAvx512,   "avx512",    dequantize_row_avx512, K::multiply,
                           K::weighted_sum, K::rms_norm, K::silu_multiply,      K::maximum,
                           K::exponentiate, K::scale,    K::add_scaled};

}  // namespace

const Kernels& avx512_kernels() {
  return kKernels;
}

}  // namespace lacuna::cpu
