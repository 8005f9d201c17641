// Weights on the device: GGUF's blocks as they lie in the file.
#pragma once

#include <cctype>
#include <cstdint>
#include <string>

#include "cuda/driver/driver_api.h"
#include "format/tensor_type.h"

namespace lacuna::cuda {

struct DeviceMatrix {
  CUdeviceptr data = 0;
  TensorType type = TensorType::kF32;
  uint32_t rows = 0;
  uint32_t columns = 0;
  uint32_t row_bytes = 0;

  uint64_t bytes() const { return uint64_t{rows} * row_bytes; }
  bool empty() const { return data == 0; }
};

// `count` matrices of one shape, one after the other.
struct DeviceStack {
  DeviceMatrix first;
  uint32_t count = 0;

  uint64_t stride() const { return first.bytes(); }
  // All of them as one matrix.
  DeviceMatrix joined() const {
    DeviceMatrix all = first;
    all.rows *= count;
    return all;
  }
};

// Types whose products take floats; all others take 16-bit fixed point.
constexpr bool is_float_type(TensorType type) {
  return type == TensorType::kF32 || type == TensorType::kF16 || type == TensorType::kBF16;
}

// `matvec_q4_k` for `matvec_` and kQ4_K: what the kernel of a family for a type is called.
inline std::string kernel_name(std::string family, TensorType type) {
  for (const char* c = tensor_type_traits(type)->name; *c != 0; ++c)
    family += static_cast<char>(std::tolower(static_cast<unsigned char>(*c)));
  return family;
}

}  // namespace lacuna::cuda
