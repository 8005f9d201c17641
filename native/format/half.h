// 16-bit floats to float32, exactly: subnormals, infinities and NaN included. `static`, so that a
// copy compiled for a newer instruction set never stands in for the plain one.
#pragma once

#include <cstdint>
#include <cstring>

namespace lacuna {

static inline float bits_to_f32(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

// IEEE binary16. A signalling NaN becomes quiet, as the processor's own conversion makes it.
static inline float f16_to_f32(uint16_t half) {
  const uint32_t sign = static_cast<uint32_t>(half & 0x8000u) << 16;
  const uint32_t exponent = half >> 10 & 0x1fu;
  const uint32_t mantissa = half & 0x3ffu;
  if (exponent == 0x1f) {
    const uint32_t quiet = mantissa != 0 ? 0x00400000u : 0;
    return bits_to_f32(sign | 0x7f800000u | quiet | mantissa << 13);
  }
  if (exponent == 0) {
    // Zero or subnormal: mantissa * 2^-24, which float32 holds exactly as a normal number.
    const float magnitude = static_cast<float>(mantissa) * 0x1p-24f;
    return sign != 0 ? -magnitude : magnitude;
  }
  return bits_to_f32(sign | (exponent + (127 - 15)) << 23 | mantissa << 13);
}

// To the nearest binary16, ties to even; beyond its range infinity.
static inline uint16_t f32_to_f16(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  const auto sign = static_cast<uint16_t>(bits >> 16 & 0x8000u);
  const uint32_t magnitude = bits & 0x7fffffffu;
  if (magnitude > 0x7f800000u) return sign | 0x7e00u;  // not a number
  if (magnitude >= 0x47800000u) return sign | 0x7c00u;
  // Below the normal range, adding 0.5 lets the float unit shift and round: 2^-24 is its last bit.
  if (magnitude < 0x38800000u) {
    const float shifted = bits_to_f32(magnitude) + 0.5f;
    std::memcpy(&bits, &shifted, sizeof(bits));
    return sign | static_cast<uint16_t>(bits - 0x3f000000u);
  }
  const uint32_t odd = magnitude >> 13 & 1u;
  return sign | static_cast<uint16_t>((magnitude - (112u << 23) + 0xfffu + odd) >> 13);
}

// The upper half of a float32.
static inline float bf16_to_f32(uint16_t half) {
  return bits_to_f32(static_cast<uint32_t>(half) << 16);
}

}  // namespace lacuna
