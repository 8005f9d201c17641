// Weight rows to float32, written once over a vector type V (see cpu/vector_kernels.h) and compiled
// per instruction set. No standard template and no name that leaves the object file: see
// native/CMakeLists.txt.
//
// Of V: Register, kWidth (8 or 16), broadcast, store, store_some, add, multiply, from_i8, Halves,
// load_halves, load_halves_some, from_f16, from_bf16.
#pragma once

#include <cstddef>
#include <cstring>

#include "cpu/weight_bytes.h"
#include "format/dequantize.h"

namespace lacuna::cpu {
namespace {

template <class V>
struct DequantizeRows {
  using Register = typename V::Register;
  static constexpr size_t kWidth = V::kWidth;

  static DequantizeRow choose(TensorType type) {
    switch (type) {
      case TensorType::kF32:
        return f32;
      case TensorType::kF16:
        return halves<V::from_f16>;
      case TensorType::kBF16:
        return halves<V::from_bf16>;
      case TensorType::kQ4_0:
        return scaled<Q4_0>;
      case TensorType::kQ5_0:
        return scaled<Q5_0>;
      case TensorType::kQ5_1:
        return q5_1;
      case TensorType::kQ8_0:
        return scaled<Q8_0>;
      case TensorType::kIQ4_NL:
        return scaled<IQ4_NL>;
      case TensorType::kQ4_K:
        return k<Q4_K>;
      case TensorType::kQ5_K:
        return k<Q5_K>;
      case TensorType::kQ6_K:
        return q6_k;
    }
    return nullptr;
  }

 private:
  static Register broadcast_f16(uint16_t half) {
    return V::broadcast(_mm_cvtss_f32(_mm_cvtph_ps(_mm_cvtsi32_si128(half))));
  }

  // out[0 … 15] = scale * q.
  static void store_scaled(float* out, __m128i q, Register scale) {
    for (size_t i = 0; i < 16; i += kWidth, q = _mm_srli_si128(q, 8)) {
      V::store(out + i, V::multiply(scale, V::from_i8(q)));
    }
  }

  // out[0 … 15] = scale * q + offset.
  static void store_affine(float* out, __m128i q, Register scale, Register offset) {
    for (size_t i = 0; i < 16; i += kWidth, q = _mm_srli_si128(q, 8)) {
      V::store(out + i, V::add(V::multiply(scale, V::from_i8(q)), offset));
    }
  }

  static void store_affine32(float* out, __m256i q, Register scale, Register offset) {
    store_affine(out, _mm256_castsi256_si128(q), scale, offset);
    store_affine(out + 16, _mm256_extracti128_si256(q, 1), scale, offset);
  }

  static void f32(const std::byte* blocks, float* out, size_t elements) {
    std::memcpy(out, blocks, elements * sizeof(float));
  }

  template <Register (*convert)(typename V::Halves)>
  static void halves(const std::byte* blocks, float* out, size_t elements) {
    size_t i = 0;
    for (; i + kWidth <= elements; i += kWidth) {
      V::store(out + i, convert(V::load_halves(blocks + i * 2)));
    }
    if (i < elements) {
      const size_t rest = elements - i;
      V::store_some(out + i, convert(V::load_halves_some(blocks + i * 2, rest)), rest);
    }
  }

  template <class Format>
  static void scaled(const std::byte* blocks, float* out, size_t elements) {
    const auto* block = reinterpret_cast<const typename Format::Block*>(blocks);
    for (const float* end = out + elements; out != end; ++block, out += kLegacyBlock) {
      const __m256i q = signed_bytes<Format>(*block);
      const Register d = broadcast_f16(block->d);
      store_scaled(out, _mm256_castsi256_si128(q), d);
      store_scaled(out + 16, _mm256_extracti128_si256(q, 1), d);
    }
  }

  static void q5_1(const std::byte* blocks, float* out, size_t elements) {
    const auto* block = reinterpret_cast<const BlockQ5_1*>(blocks);
    for (const float* end = out + elements; out != end; ++block, out += kLegacyBlock) {
      store_affine32(out, Q5_1::unpack(*block), broadcast_f16(block->d), broadcast_f16(block->m));
    }
  }

  template <class Format>
  static void k(const std::byte* blocks, float* out, size_t elements) {
    const auto* block = reinterpret_cast<const typename Format::Block*>(blocks);
    for (const float* end = out + elements; out != end; ++block) {
      __m256 scales, offsets;
      k_scales(block->scales, block->d, block->dmin, &scales, &offsets);
      alignas(32) float scale[8], offset[8];
      _mm256_store_ps(scale, scales);
      _mm256_store_ps(offset, offsets);
#pragma GCC unroll 4
      for (int j = 0; j < 4; ++j, out += 64) {
        __m256i first, second;
        Format::unpack(*block, j, &first, &second);
        store_affine32(out, first, V::broadcast(scale[2 * j]), V::broadcast(offset[2 * j]));
        store_affine32(out + 32, second, V::broadcast(scale[2 * j + 1]),
                       V::broadcast(offset[2 * j + 1]));
      }
    }
  }

  static void q6_k(const std::byte* blocks, float* out, size_t elements) {
    const auto* block = reinterpret_cast<const BlockQ6_K*>(blocks);
    const __m256i bias = _mm256_set1_epi8(Q6_K::kBias);
    for (const float* end = out + elements; out != end; ++block) {
      const Register d = broadcast_f16(block->d);
      const int8_t* scales = block->scales;
      for (int h = 0; h < 2; ++h) {
#pragma GCC unroll 4
        for (int part = 0; part < 4; ++part, out += 32, scales += 2) {
          const __m256i q = _mm256_add_epi8(Q6_K::unpack(*block, h, part), bias);
          const auto scale = [&](int i) { return V::multiply(d, V::broadcast(scales[i])); };
          store_scaled(out, _mm256_castsi256_si128(q), scale(0));
          store_scaled(out + 16, _mm256_extracti128_si256(q, 1), scale(1));
        }
      }
    }
  }
};

}  // namespace
}  // namespace lacuna::cpu
