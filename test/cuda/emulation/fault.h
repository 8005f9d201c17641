// What a kernel or a host may not do, found by the emulated device.
#pragma once

#include <stdexcept>
#include <string>

#include "site.h"

namespace lacuna::emulation {

class Fault : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// `…/kernels/rms_norm.cu:17`, from the folder of the repository on.
std::string to_text(Site site);

}  // namespace lacuna::emulation
