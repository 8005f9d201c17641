// Multi-head latent attention over the compressed cache, in its two equal forms.
//
// A cache row of one position is [c: kv_lora_rank | k_pe: rope_dim]. With W_UK and W_UV of a head:
//   absorbed      score = (W_UK^T q_nope) · c + q_pe · k_pe      output = W_UV Σ p c
//   decompressed  score = q_nope · (W_UK c) + q_pe · k_pe        output = Σ p (W_UV c)
// Absorbed work grows with new × cached tokens at the latent's width; decompressed work pays once
// per cached token and then runs at the head's width. Both walk the cache page by page with an
// online softmax (Milakov and Gimelshein 2018), so memory does not grow with the context and a
// token's result does not depend on which other tokens are computed with it.
#pragma once

#include <cstddef>
#include <span>

#include "cpu/kernels.h"
#include "cpu/kv_pool.h"
#include "cpu/kv_rows.h"
#include "cpu/linear.h"
#include "cpu/thread_pool.h"
#include "model/config.h"
#include "model/matrix.h"

namespace lacuna::cpu {

enum class AttentionForm { kAbsorbed, kDecompressed };

// The form with fewer multiply-adds for `new_tokens` queries that end a context of `total_tokens`.
AttentionForm cheaper_form(const ModelConfig& config, size_t new_tokens, size_t total_tokens);

struct AttentionInput {
  float* queries;  // [tokens, heads * query_dim], [nope | rope] per head, rotated and scaled
  size_t tokens;   // new tokens; token t stands at position first_position + t
  size_t first_position;
  LayerPages cache;               // rows in `form`, new tokens included
  KvForm form;                    // kFloat32 or kInt8
  std::span<const PageId> pages;  // of the sequence
  MatrixStack k_b;                // heads × [kv_lora_rank, nope_dim]
  MatrixStack v_b;                // heads × [value_dim, kv_lora_rank]
  float* out;                     // [tokens, heads * value_dim]
  const ThreadPool* pool;         // whose interrupt ends the walk early; may be null
  size_t first_key = 0;           // rows before it hold nothing; tokens there get nothing
};

// Floats of scratch that one thread needs for passes of up to `tokens` tokens.
size_t attention_scratch(const ModelConfig& config, size_t tokens);

// Computes one head. `scratch` belongs to the calling thread.
void attend_head(const Kernels& kernels, const ModelConfig& config, AttentionForm form,
                 const AttentionInput& input, size_t head, float* scratch);

}  // namespace lacuna::cpu
