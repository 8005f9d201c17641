// Rows of 16-bit fixed-point numbers on the device.
#pragma once

#include "cases/case.h"
#include "int16_rows.h"

namespace lacuna::cases {

class Int16Buffers {
 public:
  // Uninitialised; none with 0 rows.
  Int16Buffers(const Bench& bench, size_t rows, size_t columns);
  // Rounded by kernel `quantize_rows`.
  Int16Buffers(const Bench& bench, const std::vector<float>& x, size_t columns);

  kernels::Int16Rows rows() const;
  // What they stand for.
  std::vector<float> values(const Bench& bench) const;

 private:
  cuda::DeviceBuffer high_, low_, groups_;
};

}  // namespace lacuna::cases
