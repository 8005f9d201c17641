// Byte products by vpmaddubsw, which adds two products in 16 bits and saturates: so weights have at
// most 7 bits, 2 * 127 * 127 < 2^15, and 8-bit ones are split into magnitude and sign, 2 * 128 *
// 127 < 2^15.
#include "cpu/avx2/dot_rows.h"

#include "cpu/avx2/int8.h"

namespace lacuna::cpu::avx2 {
namespace {

struct Maddubs {
  static constexpr int kMostBits = 7;
  static __m256i dot(__m256i q, __m256i x) {
    return _mm256_madd_epi16(_mm256_maddubs_epi16(q, x), _mm256_set1_epi16(1));
  }
};

}  // namespace

Int8DotRow dot_row(TensorType type) {
  return DotRows<Maddubs>::choose(type);
}

}  // namespace lacuna::cpu::avx2
