// Byte products by the 256-bit vpdpbusd of CPUs without AVX-512: four products in 32 bits at once,
// weights of any number of bits.
#include "cpu/avxvnni/dot_rows.h"

#include "cpu/avx2/dot_rows.h"

namespace lacuna::cpu::avxvnni {
namespace {

struct Vpdpbusd {
  static constexpr int kMostBits = 8;
  static __m256i dot(__m256i q, __m256i x) {
    return _mm256_dpbusd_avx_epi32(_mm256_setzero_si256(), q, x);
  }
};

}  // namespace

Int8DotRow dot_row(TensorType type) {
  return DotRows<Vpdpbusd>::choose(type);
}

}  // namespace lacuna::cpu::avxvnni
