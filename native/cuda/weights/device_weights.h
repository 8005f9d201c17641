// A model's weights on the device, by their role.
#pragma once

#include <vector>

#include "cuda/weights/device_matrix.h"
#include "cuda/weights/uploader.h"
#include "model/weights.h"

namespace lacuna::cuda {

struct DeviceAttention {
  const float* norm;  // [hidden]
  DeviceMatrix q, q_a, q_b, kv_a, output;
  const float* q_a_norm;   // [q_lora_rank]
  const float* kv_a_norm;  // [kv_lora_rank]
  DeviceStack k_b;         // heads × [kv_lora_rank, nope_dim]: query → latent
  DeviceStack v_b;         // heads × [value_dim, kv_lora_rank]: latent → value
  DeviceMatrix keys;       // [heads * nope_dim, kv_lora_rank]: k_b transposed, latent → key
};

struct DeviceFeedForward {
  DeviceMatrix gate, up, down;
};

struct DeviceExperts {
  DeviceMatrix router;
  const float* bias;           // [experts], or null
  DeviceStack gate, up, down;  // a slot for each expert that has room here; empty where none has
  DeviceFeedForward shared;    // empty where the model has none
};

struct DeviceLayer {
  DeviceAttention attention;
  const float* ffn_norm;  // [hidden]
  bool is_dense;
  DeviceFeedForward dense;
  DeviceExperts moe;
};

class DeviceWeights {
 public:
  // Of the routed experts of each layer only the first `expert_slots` are copied.
  DeviceWeights(Uploader& uploader, const ModelWeights& weights, const ModelConfig& config,
                uint32_t expert_slots);

  std::vector<DeviceLayer> layers;
  DeviceMatrix token_embedding;  // [vocabulary, hidden]
  const float* output_norm;      // [hidden]
  DeviceMatrix output;           // [vocabulary, hidden]

  size_t bytes() const;

 private:
  std::vector<DeviceBuffer> buffers_;
};

// Bytes that these weights take on the device.
struct WeightBytes {
  size_t always;  // embedding, head, attention, norms, dense and shared feed-forward
  size_t expert;  // one routed expert of each layer, all layers together; 0 in a dense model
};
WeightBytes device_weight_bytes(const ModelWeights& weights, const ModelConfig& config);

}  // namespace lacuna::cuda
