// The table of inner loops, chosen once at run time. The scalar reference defines each operation;
// the vector versions agree with it to float32 rounding.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "cpu/bf16_tiles.h"
#include "cpu/dequantize.h"
#include "cpu/int8_rows.h"

namespace lacuna::cpu {

// kAvx2Int8 and kAvxVnni add byte products for a few tokens to kAvx2, kVnni adds them to kAvx512,
// and kAmx adds tiles for many tokens. Their activations are rounded, so they agree with the
// reference within that rounding.
enum class Path { kReference, kAvx2, kAvx512, kAvx2Int8, kAvxVnni, kVnni, kAmx };

struct NamedPath {
  Path path;
  const char* name;
};

// What the command line, tests and reports call them.
inline constexpr NamedPath kPaths[] = {
    {Path::kReference, "reference"},
    {Path::kAvx2, "avx2"},
    {Path::kAvx512, "avx512"},
    {Path::kAvx2Int8, "avx2-int8"},
    {Path::kAvxVnni, "avx-vnni"},
    {Path::kVnni, "vnni"},
    {Path::kAmx, "amx"},
};

std::optional<Path> path_named(std::string_view name);

struct Kernels {
  Path path;
  const char* name;  // of kPaths

  DequantizeRow (*dequantize_row)(TensorType type);

  // out[t * out_stride + r] = Σ_k a[t * a_stride + k] * b[r * b_stride + k] for t < tokens, r <
  // rows. The order of summation depends on `columns` alone, so a token's result does not depend on
  // its batch.
  void (*multiply)(const float* a, size_t a_stride, size_t tokens, const float* b, size_t b_stride,
                   size_t rows, size_t columns, float* out, size_t out_stride);

  // out[i] += Σ_j weights[j] * rows[j * stride + i] for i < columns, j ascending.
  void (*weighted_sum)(const float* weights, size_t count, const float* rows, size_t stride,
                       size_t columns, float* out);

  // out = x / sqrt(mean(x^2) + epsilon) * weight; in place is allowed.
  void (*rms_norm)(const float* x, const float* weight, float* out, size_t n, float epsilon);

  // out = gate / (1 + exp(-gate)) * up; in place is allowed.
  void (*silu_multiply)(const float* gate, const float* up, float* out, size_t n);

  // Largest of n ≥ 1 values.
  float (*maximum)(const float* x, size_t n);

  // x = exp(x - maximum), returns the sum. Values more than 87 below the maximum count as exp(-87).
  float (*exponentiate)(float* x, size_t n, float maximum);

  // x *= factor.
  void (*scale)(float* x, size_t n, float factor);

  // x += factor * y.
  void (*add_scaled)(float* x, const float* y, size_t n, float factor);

  // Null where the path has no byte products.
  Int8DotRow (*int8_dot_row)(TensorType type) = nullptr;
  void (*quantize_rows)(const float* x, size_t x_stride, size_t tokens,
                        const Int8Rows& out) = nullptr;

  // Null where the path has no tile unit.
  const Bf16Kernels* bf16 = nullptr;
};

const Kernels& reference_kernels();
#ifdef LACUNA_X86
const Kernels& avx2_kernels();
const Kernels& avx512_kernels();
const Kernels& avx2_int8_kernels();
const Kernels& avx_vnni_kernels();
const Kernels& vnni_kernels();
const Kernels& amx_path_kernels();
#endif

// Whether this CPU (and its operating system) can run a path; the reference always can.
bool path_available(Path path);
Path best_path();

// The fastest path that computes in float32 throughout.
Path best_exact_path();
// Throws Error kUnsupported where the path is not available.
const Kernels& kernels_for(Path path);

}  // namespace lacuna::cpu
