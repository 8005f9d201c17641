// Which forms of activations a model's weights ask for, at each place where they are multiplied.
#pragma once

#include "cuda/layers/activations.h"
#include "model/weights.h"

namespace lacuna::cuda {

struct ModelForms {
  Forms normed;    // [hidden]: attention's first products, router, feed-forward
  Forms q_latent;  // [q_lora_rank]
  Forms q_nope;    // [nope_dim] of a head
  Forms latent;    // [kv_lora_rank] of a head, attended
  Forms keys;      // [kv_lora_rank] of a position, on the way to its key and value
  Forms attended;  // [heads * value_dim]
  Forms inner;     // dense and shared feed-forward
  Forms expert_inner;
  Forms head;  // [hidden], on the way to logits
};

ModelForms forms_of(const ModelWeights& weights);

}  // namespace lacuna::cuda
