// Routed experts that the host computes for a model whose other parts are on a device.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

#include "model/device_model.h"

namespace lacuna {

// Choices of `tokens` tokens in one layer.
struct ExpertChoices {
  size_t layer;
  size_t tokens;
  PassKind kind;
  const float* normed;                      // [tokens, hidden]
  const uint32_t* chosen;                   // [tokens, experts_used], ascending
  const float* weights;                     // [tokens, experts_used]
  std::span<const int32_t> slot_of_expert;  // [experts]: below 0 where the host computes it
};

class HostExperts {
 public:
  virtual ~HostExperts() = default;

  // out [tokens, hidden] = Σ weight * expert(normed) over the choices that the host computes, in
  // ascending order of the expert. False when `interrupt` was seen true on the way.
  virtual bool run(const ExpertChoices& choices, float* out,
                   const std::atomic<bool>& interrupt) = 0;
};

}  // namespace lacuna
