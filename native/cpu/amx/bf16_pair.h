// Two registers of float32 as one of bfloat16, rounded to nearest even. `static`: no copy may leave
// the AMX object files.
#pragma once

#include <immintrin.h>

#include <cstring>

namespace lacuna::cpu::amx {

static inline __m512i bf16_pair(__m512 low, __m512 high) {
  const __m512bh pair = _mm512_cvtne2ps_pbh(high, low);
  __m512i bits;
  std::memcpy(&bits, &pair, sizeof(bits));
  return bits;
}

}  // namespace lacuna::cpu::amx
