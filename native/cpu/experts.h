// The mixture of experts of one layer: route, sort tokens by expert, run each expert once over its
// tokens, combine.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cpu/buffer.h"
#include "cpu/kernels.h"
#include "cpu/linear.h"
#include "cpu/thread_pool.h"
#include "model/host_experts.h"
#include "model/weights.h"

namespace lacuna::cpu {

class Experts {
 public:
  // Allocates everything for passes of up to `max_tokens` tokens. `config` has experts; all
  // references must outlive this.
  Experts(ThreadPool& pool, const Kernels& kernels, const ModelConfig& config, size_t max_tokens);

  // Computes every chosen expert for normed [tokens, hidden]. What it leaves is worth nothing if
  // the pool was stopped.
  void run(const ExpertWeights& weights, const float* normed, size_t tokens, PassKind kind);

  // The same for choices that were made elsewhere; those whose expert has a place in
  // `slot_of_expert` (≥ 0; empty: none has) are left out.
  void run_chosen(const ExpertWeights& weights, const ExpertChoices& choices);

  // x [tokens, hidden] += Σ weight * expert(normed) of the last run. Contributions are added in
  // ascending order of the expert, so a token's sum does not depend on the order of its batch.
  void add_to(float* x);

  size_t bytes() const;

 private:
  static constexpr uint32_t kNowhere = UINT32_MAX;

  // A visited expert and its rows in the sorted buffers.
  struct Visit {
    uint32_t expert;
    uint32_t first;
    uint32_t count;
    uint32_t first_tile;  // of the packed activations
  };

  // Activations sorted by expert, in every form that a visit may need.
  struct Sorted {
    Sorted(const Kernels& kernels, const ModelConfig& config, size_t rows, size_t columns);

    size_t columns;
    Buffer rows;  // [rows, columns]
    Int8Buffer int8;
    Buffer packed;  // bfloat16 tiles, each visit's own

    // This visit's `rows` in another form.
    void prepare(const Kernels& kernels, const Visit& visit, Form form);
    // Sorted row r is the row from[r] of x.
    void gather(const Kernels& kernels, const Visit& visit, const float* x, const uint32_t* from,
                Form form);
    uint16_t* tiles_of(const Visit& visit);
    InputView view(const Visit& visit, Form form);
    size_t bytes() const { return rows.bytes() + int8.bytes() + packed.bytes(); }
  };

  void choose(const ExpertWeights& weights, const float* normed, size_t tokens);
  void sort_by_expert(size_t tokens, std::span<const int32_t> slot_of_expert);
  void run_sorted(const ExpertWeights& weights, const float* normed);
  Form input_form(TensorType type, const Visit& visit) const;
  Form inner_form(const ExpertWeights& weights, const Visit& visit) const;
  // All three products on the tile unit: what lies between them is never written as float32.
  bool is_on_tiles(const ExpertWeights& weights, const Visit& visit) const;
  void gather(const ExpertWeights& weights, const float* normed);
  void prepare_inner(const ExpertWeights& weights);
  void gate_and_up(const ExpertWeights& weights);
  void down(const ExpertWeights& weights);

  ThreadPool& pool_;
  const Kernels& kernels_;
  const ModelConfig& config_;
  Buffer router_logits_;               // [max_tokens, experts]
  Buffer choice_;                      // [threads, experts + groups]
  std::vector<uint32_t> chosen_;       // [max_tokens, experts_used]
  std::vector<float> chosen_weights_;  // [max_tokens, experts_used]
  std::vector<uint32_t>
      row_of_;  // [max_tokens, experts_used]: row of a choice in the sorted buffers, or kNowhere
  std::vector<uint32_t> token_of_;  // [max_tokens, experts_used]: token of a sorted row
  std::vector<uint32_t> next_row_;  // [experts]
  PassKind kind_ = PassKind::kDecode;
  size_t choices_ = 0;         // of the current pass: tokens * experts_used
  std::vector<Visit> visits_;  // ≤ experts
  Sorted input_;               // [max_tokens * experts_used, hidden]
  Sorted inner_;               // [max_tokens * experts_used, expert_ff]: gate, then silu(gate) * up
  Buffer up_;                  // [max_tokens * experts_used, expert_ff]
  Buffer down_;                // [max_tokens * experts_used, hidden]
  size_t scratch_stride_;
  Buffer scratch_;  // [threads, scratch_stride_]
};

}  // namespace lacuna::cpu
