// Weights on the device: GGUF's blocks as they lie in the file.
#pragma once

#include <cstdint>

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

}  // namespace lacuna::cuda
