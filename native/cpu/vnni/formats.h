// Weight blocks (cpu/weight_bytes.h) as registers of 64 unsigned bytes, the form that vpdpbusd
// multiplies.
#pragma once

#include "cpu/weight_bytes.h"

namespace lacuna::cpu::vnni {
namespace {

using cpu::IQ4_NL;
using cpu::k_scales;
using cpu::load16;
using cpu::load32;
using cpu::Q4_0;
using cpu::Q5_0;
using cpu::Q5_1;
using cpu::Q8_0;
using cpu::unpack_nibbles;

// `unpack(b, j)` gives elements 64 j … 64 j + 63.
template <class Halves>
struct Wide : Halves {
  static __m512i unpack(const typename Halves::Block& b, int j) {
    __m256i first, second;
    Halves::unpack(b, j, &first, &second);
    return _mm512_inserti64x4(_mm512_castsi256_si512(first), second, 1);
  }
};
using Q4_K = Wide<cpu::Q4_K>;
using Q5_K = Wide<cpu::Q5_K>;

// Q6_K, sixteen groups of 16: elements 128 h … 128 h + 127 in two registers.
inline void unpack_q6_k(const BlockQ6_K& b, int h, __m512i* first, __m512i* second) {
  const __m512i low = _mm512_loadu_si512(b.ql + 64 * h);
  const __m256i high = load32(b.qh + 32 * h);
  const __m512i nibble = _mm512_set1_epi8(15), two_bits = _mm512_set1_epi8(0x30);
  // Bits 0-1 belong to elements 0 … 31, 2-3 to 32 … 63, 4-5 to 64 … 95, 6-7 to 96 … 127.
  const __m512i high01 = _mm512_inserti64x4(_mm512_castsi256_si512(_mm256_slli_epi16(high, 4)),
                                            _mm256_slli_epi16(high, 2), 1);
  const __m512i high23 =
      _mm512_inserti64x4(_mm512_castsi256_si512(high), _mm256_srli_epi16(high, 2), 1);
  *first = _mm512_or_si512(_mm512_and_si512(low, nibble), _mm512_and_si512(high01, two_bits));
  *second = _mm512_or_si512(_mm512_and_si512(_mm512_srli_epi16(low, 4), nibble),
                            _mm512_and_si512(high23, two_bits));
}

}  // namespace
}  // namespace lacuna::cpu::vnni
