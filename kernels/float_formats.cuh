// Weight types that are floats: one value, or value i of words of them.
#pragma once

#include "ptx.h"

namespace lacuna::kernels {

struct F32 {
  using Type = float;
  LACUNA_DEVICE float value(const uint32_t* words, uint32_t i) { return bits_float(words[i]); }
  LACUNA_DEVICE float value(float w) { return w; }
};
struct F16 {
  using Type = uint16_t;
  LACUNA_DEVICE float value(const uint32_t* words, uint32_t i) {
    return f16_to_float(static_cast<uint16_t>(words[i / 2] >> i % 2 * 16));
  }
  LACUNA_DEVICE float value(uint16_t w) { return f16_to_float(w); }
};
struct BF16 {
  using Type = uint16_t;
  LACUNA_DEVICE float value(const uint32_t* words, uint32_t i) {
    return bf16_to_float(static_cast<uint16_t>(words[i / 2] >> i % 2 * 16));
  }
  LACUNA_DEVICE float value(uint16_t w) { return bf16_to_float(w); }
};

}  // namespace lacuna::kernels
