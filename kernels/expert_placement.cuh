// Whether an entry is computed on this device.
#pragma once

#include "expert_order.h"
#include "ptx.h"

namespace lacuna::kernels {

LACUNA_DEVICE bool is_on_device(const ExpertPlacement& placement, uint32_t entry LACUNA_SITE) {
  if (placement.slot_of_expert == nullptr) return true;
  const uint32_t expert = load(placement.chosen + entry LACUNA_AT);
  return load(placement.slot_of_expert + expert LACUNA_AT) >= 0;
}

}  // namespace lacuna::kernels
