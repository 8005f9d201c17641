// Weight rows times int8 activations with vpdpbusd. Partial sums of four products are exact
// integers; each group of 32 (16) is then scaled in float32. The order of summation depends on the
// row's length alone.
#include "cpu/vnni/dot_rows.h"

#include "cpu/vnni/formats.h"

namespace lacuna::cpu::vnni {
namespace {

// Lane → group, for two groups of eight lanes taken from positions 2j and 2j + 1 of a register of
// scales.
__m512i pair_lanes(int j) {
  return _mm512_add_epi32(_mm512_setr_epi32(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1),
                          _mm512_set1_epi32(2 * j));
}

// As above for four groups of four lanes from position 4j.
__m512i quad_lanes(int j) {
  return _mm512_add_epi32(_mm512_setr_epi32(0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3),
                          _mm512_set1_epi32(4 * j));
}

__m512 scaled(__m512i q, const int8_t* x, __m512 scale, __m512 sum) {
  const __m512i dot = _mm512_dpbusd_epi32(_mm512_setzero_si512(), q, _mm512_loadu_si512(x));
  return _mm512_fmadd_ps(_mm512_cvtepi32_ps(dot), scale, sum);
}

template <int T>
void store(const __m512 (&sums)[T], const __m512 (&offsets)[T], float* out, size_t out_stride) {
  for (int t = 0; t < T; ++t)
    out[t * out_stride] = _mm512_reduce_add_ps(_mm512_add_ps(sums[t], offsets[t]));
}

// Blocks of 32, eight at a time: one register of 16 holds the scales of eight blocks, doubled.
template <class Format, int T>
void dot_legacy(const std::byte* row, const Int8Rows& x, size_t first_token, float* out,
                size_t out_stride) {
  const auto* block = reinterpret_cast<const typename Format::Block*>(row);
  const size_t blocks = x.columns / kInt8Group;
  __m512 sums[T], offsets[T];
  for (int t = 0; t < T; ++t) sums[t] = offsets[t] = _mm512_setzero_ps();
  alignas(32) uint16_t d[16] = {}, m[16] = {};
  for (size_t first = 0; first < blocks; first += 16) {
    const size_t n = blocks - first < 16 ? blocks - first : 16;
    fetch_ahead(block + first, n * sizeof(*block));
    if (n < 16) std::memset(d, 0, sizeof(d));
    for (size_t i = 0; i < n; ++i) d[i] = block[first + i].d;
    const __m512 scales = _mm512_cvtph_ps(_mm256_load_si256(reinterpret_cast<const __m256i*>(d)));
    __m512 bias;
    if constexpr (Format::kHasMinimum) {
      if (n < 16) std::memset(m, 0, sizeof(m));
      for (size_t i = 0; i < n; ++i) m[i] = block[first + i].m;
      bias = _mm512_cvtph_ps(_mm256_load_si256(reinterpret_cast<const __m256i*>(m)));
    } else {
      bias = _mm512_mul_ps(scales, _mm512_set1_ps(Format::kBias));
    }
    __m512 products[T];
    for (int t = 0; t < T; ++t) {
      const size_t at = (first_token + t) * x.group_stride + first;
      products[t] = _mm512_mul_ps(scales, _mm512_loadu_ps(x.scales + at));
      offsets[t] = _mm512_fmadd_ps(bias, _mm512_loadu_ps(x.sums + at), offsets[t]);
    }
    for (size_t i = 0; i < n; i += 2) {
      __m512i q = _mm512_castsi256_si512(Format::unpack(block[first + i]));
      q = _mm512_inserti64x4(
          q, i + 1 < n ? Format::unpack(block[first + i + 1]) : _mm256_setzero_si256(), 1);
      const __m512i lanes = pair_lanes(static_cast<int>(i / 2));
      for (int t = 0; t < T; ++t) {
        const int8_t* bytes = x.q + (first_token + t) * x.byte_stride + (first + i) * kInt8Group;
        sums[t] = scaled(q, bytes, _mm512_permutexvar_ps(lanes, products[t]), sums[t]);
      }
    }
  }
  store<T>(sums, offsets, out, out_stride);
}

template <class Format, int T>
void dot_k(const std::byte* row, const Int8Rows& x, size_t first_token, float* out,
           size_t out_stride) {
  const auto* block = reinterpret_cast<const typename Format::Block*>(row);
  __m512 sums[T], offsets[T];
  for (int t = 0; t < T; ++t) sums[t] = offsets[t] = _mm512_setzero_ps();
  for (size_t column = 0; column < x.columns; column += kSuperBlock, ++block) {
    fetch_ahead(block, sizeof(*block));
    __m256 scales, minima;
    k_scales(block->scales, block->d, block->dmin, &scales, &minima);
    __m512 products[T];
    for (int t = 0; t < T; ++t) {
      const size_t at = (first_token + t) * x.group_stride + column / kInt8Group;
      products[t] = _mm512_castps256_ps512(_mm256_mul_ps(scales, _mm256_loadu_ps(x.scales + at)));
      const __m256 offset = _mm256_mul_ps(minima, _mm256_loadu_ps(x.sums + at));
      offsets[t] = _mm512_add_ps(offsets[t], _mm512_zextps256_ps512(offset));
    }
#pragma GCC unroll 4
    for (int j = 0; j < 4; ++j) {
      const __m512i q = Format::unpack(*block, j);
      for (int t = 0; t < T; ++t) {
        const int8_t* bytes = x.q + (first_token + t) * x.byte_stride + column + 64 * j;
        sums[t] = scaled(q, bytes, _mm512_permutexvar_ps(pair_lanes(j), products[t]), sums[t]);
      }
    }
  }
  store<T>(sums, offsets, out, out_stride);
}

template <int T>
void dot_q6_k(const std::byte* row, const Int8Rows& x, size_t first_token, float* out,
              size_t out_stride) {
  const auto* block = reinterpret_cast<const BlockQ6_K*>(row);
  // Each of eight scales for two groups of 16.
  const __m512i doubled = _mm512_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7);
  __m512 sums[T], offsets[T];
  for (int t = 0; t < T; ++t) sums[t] = offsets[t] = _mm512_setzero_ps();
  for (size_t column = 0; column < x.columns; column += kSuperBlock, ++block) {
    fetch_ahead(block, sizeof(*block));
    const __m512 d = _mm512_set1_ps(_mm_cvtss_f32(_mm_cvtph_ps(_mm_cvtsi32_si128(block->d))));
    const __m512 scales =
        _mm512_mul_ps(d, _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(load16(block->scales))));
    const __m512 bias = _mm512_mul_ps(scales, _mm512_set1_ps(-32));
    __m512 products[T];
    for (int t = 0; t < T; ++t) {
      const size_t at = (first_token + t) * x.group_stride + column / kInt8Group;
      const __m512 eight = _mm512_castps256_ps512(_mm256_loadu_ps(x.scales + at));
      products[t] = _mm512_mul_ps(scales, _mm512_permutexvar_ps(doubled, eight));
      offsets[t] = _mm512_fmadd_ps(bias, _mm512_loadu_ps(x.halves + 2 * at), offsets[t]);
    }
    for (int h = 0; h < 2; ++h) {
      __m512i q[2];
      unpack_q6_k(*block, h, &q[0], &q[1]);
      for (int part = 0; part < 2; ++part) {
        const int j = 2 * h + part;
        for (int t = 0; t < T; ++t) {
          const int8_t* bytes = x.q + (first_token + t) * x.byte_stride + column + 64 * j;
          sums[t] =
              scaled(q[part], bytes, _mm512_permutexvar_ps(quad_lanes(j), products[t]), sums[t]);
        }
      }
    }
  }
  store<T>(sums, offsets, out, out_stride);
}

template <class Format>
void legacy_row(const std::byte* row, const Int8Rows& x, size_t first_token, size_t tokens,
                float* out, size_t stride) {
  switch (tokens) {
    case 1:
      return dot_legacy<Format, 1>(row, x, first_token, out, stride);
    case 2:
      return dot_legacy<Format, 2>(row, x, first_token, out, stride);
    case 3:
      return dot_legacy<Format, 3>(row, x, first_token, out, stride);
    default:
      return dot_legacy<Format, 4>(row, x, first_token, out, stride);
  }
}

template <class Format>
void k_row(const std::byte* row, const Int8Rows& x, size_t first_token, size_t tokens, float* out,
           size_t stride) {
  switch (tokens) {
    case 1:
      return dot_k<Format, 1>(row, x, first_token, out, stride);
    case 2:
      return dot_k<Format, 2>(row, x, first_token, out, stride);
    case 3:
      return dot_k<Format, 3>(row, x, first_token, out, stride);
    default:
      return dot_k<Format, 4>(row, x, first_token, out, stride);
  }
}

void q6_k_row(const std::byte* row, const Int8Rows& x, size_t first_token, size_t tokens,
              float* out, size_t stride) {
  switch (tokens) {
    case 1:
      return dot_q6_k<1>(row, x, first_token, out, stride);
    case 2:
      return dot_q6_k<2>(row, x, first_token, out, stride);
    case 3:
      return dot_q6_k<3>(row, x, first_token, out, stride);
    default:
      return dot_q6_k<4>(row, x, first_token, out, stride);
  }
}

}  // namespace

Int8DotRow dot_row(TensorType type) {
  switch (type) {
    case TensorType::kQ4_0:
      return legacy_row<Q4_0>;
    case TensorType::kQ5_0:
      return legacy_row<Q5_0>;
    case TensorType::kQ5_1:
      return legacy_row<Q5_1>;
    case TensorType::kQ8_0:
      return legacy_row<Q8_0>;
    case TensorType::kIQ4_NL:
      return legacy_row<IQ4_NL>;
    case TensorType::kQ4_K:
      return k_row<Q4_K>;
    case TensorType::kQ5_K:
      return k_row<Q5_K>;
    case TensorType::kQ6_K:
      return q6_k_row;
    default:
      return nullptr;
  }
}

namespace {

// 16 rounded values as bytes, and their sum. Of the bytes: a value that is not finite is an int32
// that a sum of sixteen could not hold.
int32_t store_bytes(__m512i q, int8_t* out) {
  const __m128i bytes = _mm512_cvtsepi32_epi8(q);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(out), bytes);
  return _mm512_reduce_add_epi32(_mm512_cvtepi8_epi32(bytes));
}

}  // namespace

// Round to nearest, scale by the largest magnitude / 127.
void quantize_rows(const float* x, size_t x_stride, size_t tokens, const Int8Rows& out) {
  for (size_t t = 0; t < tokens; ++t) {
    int8_t* q = out.q + t * out.byte_stride;
    float* scales = out.scales + t * out.group_stride;
    float* sums = out.sums + t * out.group_stride;
    float* halves = out.halves + 2 * t * out.group_stride;
    const size_t groups = out.columns / kInt8Group;
    for (size_t g = 0; g < groups; ++g) {
      const __m512 a = _mm512_loadu_ps(x + t * x_stride + g * kInt8Group);
      const __m512 b = _mm512_loadu_ps(x + t * x_stride + g * kInt8Group + 16);
      const float largest = _mm512_reduce_max_ps(_mm512_max_ps(_mm512_abs_ps(a), _mm512_abs_ps(b)));
      const float scale = largest / 127.0f;
      const __m512 inverse = _mm512_set1_ps(largest > kInt8Smallest ? 127.0f / largest : 0.0f);
      const __m512i qa = _mm512_cvtps_epi32(_mm512_mul_ps(a, inverse)),
                    qb = _mm512_cvtps_epi32(_mm512_mul_ps(b, inverse));
      int8_t* bytes = q + g * kInt8Group;
      scales[g] = scale;
      halves[2 * g] = scale * static_cast<float>(store_bytes(qa, bytes));
      halves[2 * g + 1] = scale * static_cast<float>(store_bytes(qb, bytes + 16));
      sums[g] = halves[2 * g] + halves[2 * g + 1];
    }
    for (size_t g = groups; g < out.group_stride; ++g)
      scales[g] = sums[g] = halves[2 * g] = halves[2 * g + 1] = 0;
    std::memset(q + out.columns, 0, out.byte_stride - out.columns);
  }
}

}  // namespace lacuna::cpu::vnni
