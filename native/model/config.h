// Hyperparameters of a `deepseek2` model, read from GGUF metadata and checked for sense.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "format/gguf.h"

namespace lacuna {

// YaRN context extension (Peng et al. 2023), as DeepSeek uses it.
struct YarnConfig {
  double factor;              // > 1: context is `factor` times the original
  uint32_t original_context;  // tokens
  double beta_fast;           // rotations over the original context above which a frequency is kept
  double beta_slow;           // … and below which it is fully interpolated
  double log_multiplier;  // 0.1 * mscale_all_dim; attention is scaled by (1 + log_multiplier * ln
                          // factor)^2
};

enum class Gating { kSoftmax, kSigmoid };

struct RoutingConfig {
  uint32_t experts;       // routed experts; 0 in a dense model
  uint32_t experts_used;  // experts a token visits
  uint32_t groups;        // 1: no group limit
  uint32_t groups_used;   // groups a token may choose from
  Gating
      gating;  // V2: softmax, group score = maximum; V3: sigmoid, group score = sum of the two best
  bool normalize_weights;  // weights of the chosen experts sum to 1 before scaling
  float weight_scale;      // routed_scaling_factor
};

struct ModelConfig {
  std::string name;
  uint32_t layers;         // without nextn layers
  uint32_t nextn_layers;   // multi-token-prediction layers, stored after the others
  uint32_t leading_dense;  // layers before the first mixture of experts
  uint32_t context_length;
  uint32_t vocabulary;
  uint32_t hidden;  // width of the residual stream
  uint32_t heads;
  uint32_t q_lora_rank;   // 0: queries are projected directly
  uint32_t kv_lora_rank;  // width of the compressed latent
  uint32_t nope_dim;      // query/key dimensions per head without position
  uint32_t rope_dim;      // … and with (shared by all heads on the key side)
  uint32_t value_dim;     // value dimensions per head
  uint32_t dense_ff;      // inner width of a dense layer
  uint32_t expert_ff;     // inner width of one routed expert
  uint32_t shared_ff;     // inner width of the shared experts together; 0: none
  RoutingConfig routing;
  float norm_epsilon;
  double rope_base;
  std::optional<YarnConfig> yarn;

  uint32_t query_dim() const { return nope_dim + rope_dim; }
  uint32_t cache_dim() const { return kv_lora_rank + rope_dim; }  // values a token and layer
};

// Throws Error: kUnsupported for another architecture or scaling, kCorrupt for missing or absurd
// values.
ModelConfig read_model_config(const GgufFile& file);

}  // namespace lacuna
