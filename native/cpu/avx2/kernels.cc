#include "cpu/kernels.h"

#include "cpu/avx2/vector.h"
#include "cpu/vector_kernels.h"

namespace lacuna::cpu {
namespace {

using K = VectorKernels<Avx2>;
constexpr Kernels kKernels{Path::kAvx2,     "avx2",      dequantize_row_avx2, K::multiply,
                           K::weighted_sum, K::rms_norm, K::silu_multiply,    K::maximum,
                           K::exponentiate, K::scale,    K::add_scaled};

}  // namespace

const Kernels& avx2_kernels() {
  return kKernels;
}

}  // namespace lacuna::cpu
