// Whether a GPU really works here. What a broken driver does is anybody's guess: call it in a
// process that may crash or hang.
#pragma once

#include <string>

#include "cuda/driver/context.h"

namespace lacuna::cuda {

struct ProbeResult {
  int driver_version;  // as Driver::version
  DeviceInfo device;
  Context::Memory memory;
};

// Opens the driver `library` (empty: see open_driver) and a GPU, loads the kernels, runs one and
// checks what it computed. Throws Error: what Driver::open, Context and KernelLibrary throw, and
// kIo where the result is wrong.
ProbeResult probe(const std::string& library);

}  // namespace lacuna::cuda
