// The tensors of a model by their role, as views into the mapped file.
#pragma once

#include <memory>
#include <vector>

#include "format/gguf.h"
#include "model/config.h"
#include "model/matrix.h"

namespace lacuna {

struct AttentionWeights {
  const float* norm;       // [hidden]
  Matrix q;                // [heads * query_dim, hidden]; empty with q_lora_rank
  Matrix q_a;              // [q_lora_rank, hidden]
  const float* q_a_norm;   // [q_lora_rank]
  Matrix q_b;              // [heads * query_dim, q_lora_rank]
  Matrix kv_a;             // [kv_lora_rank + rope_dim, hidden]
  const float* kv_a_norm;  // [kv_lora_rank]
  MatrixStack k_b;         // heads × [kv_lora_rank, nope_dim]: query → latent (W_UK transposed)
  MatrixStack v_b;         // heads × [value_dim, kv_lora_rank]: latent → value (W_UV)
  Matrix output;           // [hidden, heads * value_dim]
};

// down(silu(gate x) * up x); gate and up are [ff, hidden], down is [hidden, ff].
struct FeedForwardWeights {
  Matrix gate, up, down;
};

struct ExpertWeights {
  Matrix router;               // [experts, hidden]
  const float* router_bias;    // [experts], null where the model has none; only for choosing
  MatrixStack gate, up, down;  // experts × FeedForwardWeights
  FeedForwardWeights shared;   // empty where the model has no shared experts
};

struct LayerWeights {
  AttentionWeights attention;
  const float* ffn_norm;  // [hidden]
  bool is_dense;
  FeedForwardWeights dense;  // if is_dense
  ExpertWeights moe;         // otherwise
};

// A multi-token-prediction module: eh_proj joins the next token's embedding with the hidden state.
struct NextnWeights {
  LayerWeights layer;
  Matrix eh_proj;          // [hidden, 2 * hidden], input [enorm(embedding); hnorm(hidden state)]
  const float* enorm;      // [hidden]
  const float* hnorm;      // [hidden]
  const float* head_norm;  // [hidden]
};

// How the key half of a legacy attn_kv_b is kept once it is transposed: exactly, or as Q8_0 in a
// quarter of the memory, for paths that round activations to bytes anyway.
enum class SplitKeys { kFloat32, kQ8_0 };

class ModelWeights {
 public:
  // Binds every tensor and checks its shape. Splits a legacy attn_kv_b: its value half is used in
  // place, its key half is transposed into memory of its own. Throws Error kCorrupt naming a tensor
  // that is missing or has another shape.
  ModelWeights(std::shared_ptr<const GgufFile> file, const ModelConfig& config,
               SplitKeys split_keys = SplitKeys::kFloat32);

  Matrix token_embedding;    // [vocabulary, hidden]
  const float* output_norm;  // [hidden]
  Matrix output;             // [vocabulary, hidden]; the token embedding where the head is tied
  std::vector<LayerWeights> layers;
  std::vector<NextnWeights> nextn;

  size_t mapped_bytes() const;  // weights used in place
  size_t owned_bytes() const;   // weights unpacked into memory of their own

 private:
  friend class WeightBinder;
  std::shared_ptr<const GgufFile> file_;
  std::vector<std::vector<float>> owned_;  // of floats or of blocks
};

}  // namespace lacuna
