// Weight rows times int8 activations in 256-bit registers, written once over the instruction that
// multiplies bytes; included by the sources of each instruction set. Every group's sum of products
// is an exact integer; it is then scaled in float32. The order of summation depends on the row's
// length alone. In an anonymous namespace: see native/CMakeLists.txt.
//
// Unit: dot(q, x) sums products of bytes 0 ≤ q < 2^kBits by x in [-127, 127], four a lane;
// kMostBits is the largest kBits it takes. Wider weights are multiplied as |w| by x with w's sign.
#pragma once

#include "cpu/int8_rows.h"
#include "cpu/weight_bytes.h"

namespace lacuna::cpu {
namespace {

// Groups of even and odd number go to different registers: a fused multiply-add waits for the one
// before it on the same register.
template <int T>
struct Sums {
  __m256 of[T][2];

  Sums() {
    for (int t = 0; t < T; ++t) of[t][0] = of[t][1] = _mm256_setzero_ps();
  }
  void add_scaled(int t, int i, __m256i dot, const float* scale) {
    of[t][i] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(dot), _mm256_broadcast_ss(scale), of[t][i]);
  }
  void store(float* out, size_t out_stride) const {
    for (int t = 0; t < T; ++t) {
      const __m256 both = _mm256_add_ps(of[t][0], of[t][1]);
      __m128 s = _mm_add_ps(_mm256_castps256_ps128(both), _mm256_extractf128_ps(both, 1));
      s = _mm_add_ps(s, _mm_movehl_ps(s, s));
      out[t * out_stride] = _mm_cvtss_f32(_mm_add_ss(s, _mm_movehdup_ps(s)));
    }
  }
};

template <class Unit>
struct DotRows {
  static Int8DotRow choose(TensorType type) {
    switch (type) {
      case TensorType::kQ4_0:
        return by_tokens<Legacy<Q4_0>>;
      case TensorType::kQ5_0:
        return by_tokens<Legacy<Q5_0>>;
      case TensorType::kQ5_1:
        return by_tokens<Legacy<Q5_1>>;
      case TensorType::kQ8_0:
        return by_tokens<Legacy<Q8_0>>;
      case TensorType::kIQ4_NL:
        return by_tokens<Legacy<IQ4_NL>>;
      case TensorType::kQ4_K:
        return by_tokens<K<Q4_K>>;
      case TensorType::kQ5_K:
        return by_tokens<K<Q5_K>>;
      case TensorType::kQ6_K:
        return by_tokens<SixBits>;
      default:
        return nullptr;
    }
  }

 private:
  template <class Row>
  static void by_tokens(const std::byte* row, const Int8Rows& x, size_t first_token, size_t tokens,
                        float* out, size_t out_stride) {
    switch (tokens) {
      case 1:
        return Row::template dot<1>(row, x, first_token, out, out_stride);
      case 2:
        return Row::template dot<2>(row, x, first_token, out, out_stride);
      case 3:
        return Row::template dot<3>(row, x, first_token, out, out_stride);
      default:
        return Row::template dot<4>(row, x, first_token, out, out_stride);
    }
  }

  // Blocks of 32, eight at a time.
  template <class Format>
  struct Legacy {
    using Block = typename Format::Block;
    static constexpr bool kSigned = Format::kBits > Unit::kMostBits;

    // Eight halves taken from `blocks`, zeros from `n` on.
    static __m256 eight(const Block* blocks, uint16_t Block::* half, size_t n) {
      const auto at = [&](size_t i) { return static_cast<int16_t>(i < n ? blocks[i].*half : 0); };
      return _mm256_cvtph_ps(
          _mm_setr_epi16(at(0), at(1), at(2), at(3), at(4), at(5), at(6), at(7)));
    }

    static __m256i weights(const Block& b) {
      if constexpr (kSigned) {
        return Format::unpack_signed(b);
      } else {
        return Format::unpack(b);
      }
    }

    template <int T>
    [[gnu::always_inline]] static void add(const Block* block, size_t n, const Int8Rows& x,
                                           size_t first_token, size_t first_group, Sums<T>& sums) {
      fetch_ahead(block, 8 * sizeof(*block));
      const __m256 scales = eight(block, &Block::d, n);
      alignas(32) float products[T][8];
      for (int t = 0; t < T; ++t) {
        const size_t at = (first_token + t) * x.group_stride + first_group;
        _mm256_store_ps(products[t], _mm256_mul_ps(scales, _mm256_loadu_ps(x.scales + at)));
        if constexpr (Format::kHasMinimum) {
          sums.of[t][0] = _mm256_fmadd_ps(eight(block, &Block::m, n), _mm256_loadu_ps(x.sums + at),
                                          sums.of[t][0]);
        } else if constexpr (!kSigned) {
          const __m256 offsets = _mm256_mul_ps(scales, _mm256_set1_ps(Format::kBias));
          sums.of[t][0] = _mm256_fmadd_ps(offsets, _mm256_loadu_ps(x.sums + at), sums.of[t][0]);
        }
      }
      const auto one = [&](size_t i, int parity) {
        const __m256i w = weights(block[i]);
        const __m256i q = kSigned ? _mm256_abs_epi8(w) : w;
        for (int t = 0; t < T; ++t) {
          const __m256i bytes =
              load32(x.q + (first_token + t) * x.byte_stride + (first_group + i) * kInt8Group);
          const __m256i signed_x = kSigned ? _mm256_sign_epi8(bytes, w) : bytes;
          sums.add_scaled(t, parity, Unit::dot(q, signed_x), &products[t][i]);
        }
      };
#pragma GCC unroll 4
      for (size_t i = 0; i < n; i += 2) {
        one(i, 0);
        if (i + 1 < n) one(i + 1, 1);
      }
    }

    template <int T>
    static void dot(const std::byte* row, const Int8Rows& x, size_t first_token, float* out,
                    size_t out_stride) {
      const auto* block = reinterpret_cast<const Block*>(row);
      const size_t blocks = x.columns / kInt8Group;
      Sums<T> sums;
      size_t first = 0;
      for (; first + 8 <= blocks; first += 8) add<T>(block + first, 8, x, first_token, first, sums);
      if (first < blocks) add<T>(block + first, blocks - first, x, first_token, first, sums);
      sums.store(out, out_stride);
    }
  };

  // Blocks of 256 in eight groups of 32.
  template <class Format>
  struct K {
    template <int T>
    static void dot(const std::byte* row, const Int8Rows& x, size_t first_token, float* out,
                    size_t out_stride) {
      const auto* block = reinterpret_cast<const typename Format::Block*>(row);
      Sums<T> sums;
      for (size_t column = 0; column < x.columns; column += kSuperBlock, ++block) {
        fetch_ahead(block, sizeof(*block));
        __m256 scales, offsets;
        k_scales(block->scales, block->d, block->dmin, &scales, &offsets);
        alignas(32) float products[T][8];
        for (int t = 0; t < T; ++t) {
          const size_t at = (first_token + t) * x.group_stride + column / kInt8Group;
          _mm256_store_ps(products[t], _mm256_mul_ps(scales, _mm256_loadu_ps(x.scales + at)));
          sums.of[t][0] = _mm256_fmadd_ps(offsets, _mm256_loadu_ps(x.sums + at), sums.of[t][0]);
        }
#pragma GCC unroll 4
        for (int j = 0; j < 4; ++j) {
          __m256i q[2];
          Format::unpack(*block, j, &q[0], &q[1]);
          for (int t = 0; t < T; ++t) {
            const int8_t* bytes = x.q + (first_token + t) * x.byte_stride + column + 64 * j;
            sums.add_scaled(t, 0, Unit::dot(q[0], load32(bytes)), &products[t][2 * j]);
            sums.add_scaled(t, 1, Unit::dot(q[1], load32(bytes + 32)), &products[t][2 * j + 1]);
          }
        }
      }
      sums.store(out, out_stride);
    }
  };

  // Q6_K: the block's own 8-bit scales of 16 elements multiply sums of two products, |pair| ≤ 2 *
  // 63 * 127, as integers; a lane stays below 2 * 16002 * 128 < 2^23.
  struct SixBits {
    template <int T>
    static void dot(const std::byte* row, const Int8Rows& x, size_t first_token, float* out,
                    size_t out_stride) {
      const auto* block = reinterpret_cast<const BlockQ6_K*>(row);
      Sums<T> sums;
      for (size_t column = 0; column < x.columns; column += kSuperBlock, ++block) {
        fetch_ahead(block, sizeof(*block));
        const __m256 d = _mm256_broadcastss_ps(_mm_cvtph_ps(_mm_cvtsi32_si128(block->d)));
        const __m256 minus = _mm256_mul_ps(d, _mm256_set1_ps(Q6_K::kBias));
        const __m128i scales = load16(block->scales);
        const __m256 offsets[2] = {
            _mm256_mul_ps(minus, _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(scales))),
            _mm256_mul_ps(minus,
                          _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_srli_si128(scales, 8))))};
        alignas(32) float products[T][8];
        for (int t = 0; t < T; ++t) {
          const size_t at = (first_token + t) * x.group_stride + column / kInt8Group;
          _mm256_store_ps(products[t], _mm256_mul_ps(d, _mm256_loadu_ps(x.scales + at)));
          for (int i = 0; i < 2; ++i) {
            sums.of[t][i] = _mm256_fmadd_ps(offsets[i], _mm256_loadu_ps(x.halves + 2 * at + 8 * i),
                                            sums.of[t][i]);
          }
        }
        const __m256i wide = _mm256_cvtepi8_epi16(scales);
        const __m256i halves[2] = {_mm256_permute2x128_si256(wide, wide, 0x00),
                                   _mm256_permute2x128_si256(wide, wide, 0x11)};
#pragma GCC unroll 8
        for (int g = 0; g < 8; ++g) {
          const __m256i q = Q6_K::unpack(*block, g / 4, g % 4);
          // Scale 2g in the lower eight lanes, 2g + 1 in the upper.
          const int first = 2 * g % 8;
          const __m256i low =
              _mm256_set1_epi16(static_cast<int16_t>(first * 2 | (first * 2 + 1) << 8));
          const __m256i high =
              _mm256_set1_epi16(static_cast<int16_t>((first * 2 + 2) | (first * 2 + 3) << 8));
          const __m256i scale =
              _mm256_shuffle_epi8(halves[g / 4], _mm256_blend_epi32(low, high, 0xf0));
          for (int t = 0; t < T; ++t) {
            const __m256i bytes = load32(x.q + (first_token + t) * x.byte_stride + column + 32 * g);
            sums.add_scaled(t, g % 2, _mm256_madd_epi16(_mm256_maddubs_epi16(q, bytes), scale),
                            &products[t][g]);
          }
        }
      }
      sums.store(out, out_stride);
    }
  };
};

}  // namespace
}  // namespace lacuna::cpu
