// A model on a device: what the runtime needs from the CPU today and from a GPU later.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "model/config.h"

namespace lacuna {

struct DeviceMemory {
  size_t weight_bytes;        // used in place
  size_t owned_weight_bytes;  // unpacked copies
  size_t kv_bytes;
  size_t scratch_bytes;
};

// One forward pass is begin → run_layer(0 … layers - 1) → logits. Between layers the caller may
// stop: positions below `position` of the interrupted pass stay valid, those of the pass do not.
class DeviceModel {
 public:
  virtual ~DeviceModel() = default;

  virtual const ModelConfig& config() const = 0;
  virtual size_t context_length() const = 0;  // positions the KV cache holds
  virtual size_t max_chunk() const = 0;       // tokens one pass may hold
  virtual DeviceMemory memory() const = 0;

  // Embeds `tokens` (1 … max_chunk ids below the vocabulary) at positions position, position + 1, …
  // .
  virtual void begin(std::span<const int32_t> tokens, size_t position) = 0;

  virtual void run_layer(size_t layer) = 0;

  // Logits of rows first_row … first_row + count - 1 of the pass into out [count, vocabulary].
  virtual void logits(size_t first_row, size_t count, float* out) = 0;
};

}  // namespace lacuna
