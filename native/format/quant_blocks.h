// The blocks of GGUF's weight types as they lie in the file, byte for byte, little endian. All
// blocks have alignment 1: a row may begin at any address that its tensor's offset gives. `d`, `m`
// and `dmin` are f16 bits.
#pragma once

#include <cstdint>

namespace lacuna {

constexpr uint32_t kLegacyBlock = 32;  // elements of a Q4_0, Q5_0, Q5_1, Q8_0 or IQ4_NL block
constexpr uint32_t kSuperBlock = 256;  // elements of a Q4_K, Q5_K or Q6_K block

#pragma pack(push, 1)

// d * (q - 8); the low nibbles are elements 0 … 15, the high ones 16 … 31. So it is in every
// 32-element type.
struct BlockQ4_0 {
  uint16_t d;
  uint8_t qs[16];
};

// d * (q - 16); bit j of the little-endian word `qh` is the fifth bit of element j.
struct BlockQ5_0 {
  uint16_t d;
  uint8_t qh[4];
  uint8_t qs[16];
};

// d * q + m; bits as in Q5_0.
struct BlockQ5_1 {
  uint16_t d;
  uint16_t m;
  uint8_t qh[4];
  uint8_t qs[16];
};

// d * q.
struct BlockQ8_0 {
  uint16_t d;
  int8_t qs[32];
};

// d * kIQ4_NLValues[q].
struct BlockIQ4_NL {
  uint16_t d;
  uint8_t qs[16];
};

// Eight groups of 32: (d * scale) * q - (dmin * minimum); `scales` packs eight 6-bit pairs. Of each
// 64 elements' 32 bytes the low nibbles are the first 32.
struct BlockQ4_K {
  uint16_t d;
  uint16_t dmin;
  uint8_t scales[12];
  uint8_t qs[128];
};

// As Q4_K; bits 2j and 2j + 1 of qh[l] are the fifth bits of element l in the two groups of
// 64-group j.
struct BlockQ5_K {
  uint16_t d;
  uint16_t dmin;
  uint8_t scales[12];
  uint8_t qh[32];
  uint8_t qs[128];
};

// Sixteen groups of 16: (d * scale) * (q - 32); four low bits in ql, two high bits in qh, by halves
// of 128.
struct BlockQ6_K {
  uint8_t ql[128];
  uint8_t qh[64];
  int8_t scales[16];
  uint16_t d;
};

#pragma pack(pop)

static_assert(sizeof(BlockQ4_0) == 18 && alignof(BlockQ4_0) == 1);
static_assert(sizeof(BlockQ5_0) == 22 && alignof(BlockQ5_0) == 1);
static_assert(sizeof(BlockQ5_1) == 24 && alignof(BlockQ5_1) == 1);
static_assert(sizeof(BlockQ8_0) == 34 && alignof(BlockQ8_0) == 1);
static_assert(sizeof(BlockIQ4_NL) == 18 && alignof(BlockIQ4_NL) == 1);
static_assert(sizeof(BlockQ4_K) == 144 && alignof(BlockQ4_K) == 1);
static_assert(sizeof(BlockQ5_K) == 176 && alignof(BlockQ5_K) == 1);
static_assert(sizeof(BlockQ6_K) == 210 && alignof(BlockQ6_K) == 1);

// The 16 values of IQ4_NL: finer steps near zero.
constexpr int8_t kIQ4_NLValues[16] = {-127, -104, -83, -65, -49, -35, -22, -10,
                                      1,    13,   25,  38,  53,  69,  89,  113};

// The 6-bit scale and minimum of group `group` (0 … 7) of a Q4_K or Q5_K block. `static`, so that a
// copy compiled for a newer instruction set never stands in for the plain one.
static inline void unpack_k_scale(const uint8_t* scales, uint32_t group, uint8_t* scale,
                                  uint8_t* minimum) {
  if (group < 4) {
    *scale = scales[group] & 63;
    *minimum = scales[group + 4] & 63;
  } else {
    *scale = static_cast<uint8_t>((scales[group + 4] & 15) | (scales[group - 4] >> 6) << 4);
    *minimum = static_cast<uint8_t>((scales[group + 4] >> 4) | (scales[group] >> 6) << 4);
  }
}

}  // namespace lacuna
