// The scalar row functions that `dequantize_row` chooses from.
#pragma once

#include <cstddef>

namespace lacuna::dequantize {

void dequantize_q4_0(const std::byte* blocks, float* out, size_t elements);
void dequantize_q5_0(const std::byte* blocks, float* out, size_t elements);
void dequantize_q5_1(const std::byte* blocks, float* out, size_t elements);
void dequantize_q8_0(const std::byte* blocks, float* out, size_t elements);
void dequantize_iq4_nl(const std::byte* blocks, float* out, size_t elements);
void dequantize_q4_k(const std::byte* blocks, float* out, size_t elements);
void dequantize_q5_k(const std::byte* blocks, float* out, size_t elements);
void dequantize_q6_k(const std::byte* blocks, float* out, size_t elements);

}  // namespace lacuna::dequantize
