// Kernels that do nothing but one function of ptx.h, to check the emulated device's own arithmetic.
// Shared by kernels and cases.
#pragma once

#include <stdint.h>

namespace lacuna::kernels {

// One warp. Which fields mean what is each kernel's business.
struct PtxCheckParams {
  const uint32_t* a;
  const uint32_t* b;
  uint32_t* out;
  uint32_t count;
};

}  // namespace lacuna::kernels
