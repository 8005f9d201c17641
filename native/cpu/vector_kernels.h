// The inner loops, written once over a vector type V and compiled per instruction set. Includes no
// standard template (see native/CMakeLists.txt): V and all that is instantiated with it live in an
// anonymous namespace.
//
// V: Register, kWidth, zero, broadcast, load, store, load_some (rest zero), store_some, add,
// multiply, divide, max, min, fused (a * b + c), round, power_of_two (2^n for whole n in [-126,
// 127]), sum, largest.
#pragma once

#include <cstddef>

namespace lacuna::cpu {

template <class V>
struct VectorKernels {
  using Register = typename V::Register;
  static constexpr size_t kWidth = V::kWidth;

  // One register tile of R rows × T tokens. Each pair has one accumulator that runs over the
  // columns in order, so the result of a pair is the same in every tile shape.
  template <int R, int T>
  static void tile(const float* a, size_t a_stride, const float* b, size_t b_stride, size_t columns,
                   float* out, size_t out_stride) {
    Register sums[R][T];
    for (int r = 0; r < R; ++r) {
      for (int t = 0; t < T; ++t) sums[r][t] = V::zero();
    }
    size_t k = 0;
    for (; k + kWidth <= columns; k += kWidth) {
      Register x[T];
      for (int t = 0; t < T; ++t) x[t] = V::load(a + t * a_stride + k);
      for (int r = 0; r < R; ++r) {
        const Register w = V::load(b + r * b_stride + k);
        for (int t = 0; t < T; ++t) sums[r][t] = V::fused(w, x[t], sums[r][t]);
      }
    }
    if (k < columns) {
      Register x[T];
      for (int t = 0; t < T; ++t) x[t] = V::load_some(a + t * a_stride + k, columns - k);
      for (int r = 0; r < R; ++r) {
        const Register w = V::load_some(b + r * b_stride + k, columns - k);
        for (int t = 0; t < T; ++t) sums[r][t] = V::fused(w, x[t], sums[r][t]);
      }
    }
    for (int r = 0; r < R; ++r) {
      for (int t = 0; t < T; ++t) out[t * out_stride + r] = V::sum(sums[r][t]);
    }
  }

  template <int R>
  static void row_tile(const float* a, size_t a_stride, size_t tokens, const float* b,
                       size_t b_stride, size_t columns, float* out, size_t out_stride) {
    size_t t = 0;
    for (; t + V::kTokenTile <= tokens; t += V::kTokenTile) {
      tile<R, V::kTokenTile>(a + t * a_stride, a_stride, b, b_stride, columns, out + t * out_stride,
                             out_stride);
    }
    rest_tile<R, V::kTokenTile - 1>(a + t * a_stride, a_stride, tokens - t, b, b_stride, columns,
                                    out + t * out_stride, out_stride);
  }

  // The last tokens, 0 … T, in one tile: each more costs its multiply-adds and nothing else.
  template <int R, int T>
  static void rest_tile(const float* a, size_t a_stride, size_t tokens, const float* b,
                        size_t b_stride, size_t columns, float* out, size_t out_stride) {
    if constexpr (T > 0) {
      if (tokens == T) {
        tile<R, T>(a, a_stride, b, b_stride, columns, out, out_stride);
      } else {
        rest_tile<R, T - 1>(a, a_stride, tokens, b, b_stride, columns, out, out_stride);
      }
    }
  }

  static void multiply(const float* a, size_t a_stride, size_t tokens, const float* b,
                       size_t b_stride, size_t rows, size_t columns, float* out,
                       size_t out_stride) {
    size_t r = 0;
    if (tokens == 1) {
      for (; r + 8 <= rows; r += 8)
        tile<8, 1>(a, a_stride, b + r * b_stride, b_stride, columns, out + r, out_stride);
    }
    for (; r + 4 <= rows; r += 4)
      row_tile<4>(a, a_stride, tokens, b + r * b_stride, b_stride, columns, out + r, out_stride);
    for (; r < rows; ++r)
      row_tile<1>(a, a_stride, tokens, b + r * b_stride, b_stride, columns, out + r, out_stride);
  }

  static void weighted_sum(const float* weights, size_t count, const float* rows, size_t stride,
                           size_t columns, float* out) {
    constexpr int kBlock = 8;  // registers of output held over the whole sum
    size_t i = 0;
    for (; i + kBlock * kWidth <= columns; i += kBlock * kWidth) {
      Register sums[kBlock];
      for (int n = 0; n < kBlock; ++n) sums[n] = V::load(out + i + n * kWidth);
      for (size_t j = 0; j < count; ++j) {
        const Register w = V::broadcast(weights[j]);
        const float* row = rows + j * stride + i;
        for (int n = 0; n < kBlock; ++n) sums[n] = V::fused(w, V::load(row + n * kWidth), sums[n]);
      }
      for (int n = 0; n < kBlock; ++n) V::store(out + i + n * kWidth, sums[n]);
    }
    for (; i < columns; i += kWidth) {
      const size_t n = columns - i < kWidth ? columns - i : kWidth;
      Register sum = V::load_some(out + i, n);
      for (size_t j = 0; j < count; ++j) {
        sum = V::fused(V::broadcast(weights[j]), V::load_some(rows + j * stride + i, n), sum);
      }
      V::store_some(out + i, sum, n);
    }
  }

  static void rms_norm(const float* x, const float* weight, float* out, size_t n, float epsilon) {
    Register squares = V::zero();
    for (size_t i = 0; i < n; i += kWidth) {
      const Register v = V::load_some(x + i, n - i);
      squares = V::fused(v, v, squares);
    }
    const float mean = V::sum(squares) / static_cast<float>(n);
    const Register factor = V::broadcast(1.0f / __builtin_sqrtf(mean + epsilon));
    for (size_t i = 0; i < n; i += kWidth) {
      const Register v = V::multiply(V::load_some(x + i, n - i), factor);
      V::store_some(out + i, V::multiply(v, V::load_some(weight + i, n - i)), n - i);
    }
  }

  // e^x for x in [-87, 88], relative error below 2e-7: Cody-Waite reduction and Cephes' polynomial.
  static Register exp(Register x) {
    const Register n = V::round(V::multiply(x, V::broadcast(1.44269504088896341f)));
    Register r = V::fused(n, V::broadcast(-0.693359375f), x);
    r = V::fused(n, V::broadcast(2.12194440e-4f), r);
    Register p = V::broadcast(1.9875691500e-4f);
    p = V::fused(p, r, V::broadcast(1.3981999507e-3f));
    p = V::fused(p, r, V::broadcast(8.3334519073e-3f));
    p = V::fused(p, r, V::broadcast(4.1665795894e-2f));
    p = V::fused(p, r, V::broadcast(1.6666665459e-1f));
    p = V::fused(p, r, V::broadcast(5.0000001201e-1f));
    p = V::fused(p, V::multiply(r, r), V::add(r, V::broadcast(1.0f)));
    return V::multiply(p, V::power_of_two(n));
  }

  // -gate, where `exp` is defined.
  static Register silu_exponent(Register gate) {
    return V::max(V::min(V::subtract(V::zero(), gate), V::broadcast(88.0f)), V::broadcast(-87.0f));
  }

  // gate / (1 + e^-gate) * up.
  static void silu_multiply(const float* gate, const float* up, float* out, size_t n) {
    for (size_t i = 0; i < n; i += kWidth) {
      const Register g = V::load_some(gate + i, n - i);
      const Register denominator = V::add(V::broadcast(1.0f), exp(silu_exponent(g)));
      V::store_some(out + i, V::multiply(V::divide(g, denominator), V::load_some(up + i, n - i)),
                    n - i);
    }
  }

  static float maximum(const float* x, size_t n) {
    if (n < kWidth) {
      float largest = x[0];
      for (size_t i = 1; i < n; ++i) largest = x[i] > largest ? x[i] : largest;
      return largest;
    }
    Register largest = V::load(x);
    for (size_t i = kWidth; i + kWidth <= n; i += kWidth) largest = V::max(largest, V::load(x + i));
    return V::largest(V::max(largest, V::load(x + n - kWidth)));
  }

  static float exponentiate(float* x, size_t n, float max) {
    Register total = V::zero();
    for (size_t i = 0; i < n; i += kWidth) {
      const Register shifted = V::subtract(V::load_some(x + i, n - i), V::broadcast(max));
      V::store_some(x + i, exp(V::min(V::max(shifted, V::broadcast(-87.0f)), V::broadcast(88.0f))),
                    n - i);
      total = V::add(total, V::load_some(x + i, n - i));
    }
    return V::sum(total);
  }

  static void scale(float* x, size_t n, float factor) {
    for (size_t i = 0; i < n; i += kWidth) {
      V::store_some(x + i, V::multiply(V::load_some(x + i, n - i), V::broadcast(factor)), n - i);
    }
  }

  static void add_scaled(float* x, const float* y, size_t n, float factor) {
    for (size_t i = 0; i < n; i += kWidth) {
      V::store_some(
          x + i,
          V::fused(V::broadcast(factor), V::load_some(y + i, n - i), V::load_some(x + i, n - i)),
          n - i);
    }
  }
};

}  // namespace lacuna::cpu
