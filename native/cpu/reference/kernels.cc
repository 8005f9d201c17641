// The scalar reference: plain loops that say what each operation is. Sums are kept in double
// precision, so the vector paths are checked against something better than themselves.
#include <algorithm>
#include <cmath>

#include "cpu/kernels.h"

namespace lacuna::cpu {
namespace {

void multiply(const float* a, size_t a_stride, size_t tokens, const float* b, size_t b_stride,
              size_t rows, size_t columns, float* out, size_t out_stride) {
  for (size_t t = 0; t < tokens; ++t) {
    for (size_t r = 0; r < rows; ++r) {
      double sum = 0;
      for (size_t k = 0; k < columns; ++k) {
        sum += static_cast<double>(a[t * a_stride + k]) * static_cast<double>(b[r * b_stride + k]);
      }
      out[t * out_stride + r] = static_cast<float>(sum);
    }
  }
}

void weighted_sum(const float* weights, size_t count, const float* rows, size_t stride,
                  size_t columns, float* out) {
  for (size_t i = 0; i < columns; ++i) {
    double sum = out[i];
    for (size_t j = 0; j < count; ++j) {
      sum += static_cast<double>(weights[j]) * static_cast<double>(rows[j * stride + i]);
    }
    out[i] = static_cast<float>(sum);
  }
}

void rms_norm(const float* x, const float* weight, float* out, size_t n, float epsilon) {
  double squares = 0;
  for (size_t i = 0; i < n; ++i) squares += static_cast<double>(x[i]) * static_cast<double>(x[i]);
  const double factor =
      1.0 / std::sqrt(squares / static_cast<double>(n) + static_cast<double>(epsilon));
  for (size_t i = 0; i < n; ++i) out[i] = static_cast<float>(x[i] * factor * weight[i]);
}

void silu_multiply(const float* gate, const float* up, float* out, size_t n) {
  for (size_t i = 0; i < n; ++i) {
    const double g = gate[i];
    out[i] = static_cast<float>(g / (1.0 + std::exp(-g)) * static_cast<double>(up[i]));
  }
}

float maximum(const float* x, size_t n) {
  return *std::max_element(x, x + n);
}

float exponentiate(float* x, size_t n, float max) {
  double sum = 0;
  for (size_t i = 0; i < n; ++i) {
    x[i] = std::exp(std::max(x[i] - max, -87.0f));
    sum += x[i];
  }
  return static_cast<float>(sum);
}

void scale(float* x, size_t n, float factor) {
  for (size_t i = 0; i < n; ++i) x[i] *= factor;
}

void add_scaled(float* x, const float* y, size_t n, float factor) {
  for (size_t i = 0; i < n; ++i) x[i] += factor * y[i];
}

}  // namespace

const Kernels& reference_kernels() {
  static const Kernels kernels{Path::kReference, "reference", dequantize_row, multiply,
                               weighted_sum,     rms_norm,    silu_multiply,  maximum,
                               exponentiate,     scale,       add_scaled};
  return kernels;
}

}  // namespace lacuna::cpu
