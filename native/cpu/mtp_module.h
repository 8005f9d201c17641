// The multi-token-prediction module (DeepSeek-V3 report, 2.2): z = eh_proj [enorm(embedding of the
// token at p); hnorm(state at p - 1)], one decoder layer with a cache of its own, a norm and the
// model's head give the logits of the token at p + 1. A position's state is what the model's last
// layer gives it, after the output norm.
//
// Pages keep two more rows of a position p: its state with its token, and the module's key, which
// belongs to that token and the state before it. So both hang on the tokens up to p alone, as all
// KV does, and may be shared by whatever goes on from there. (The module's own count of positions
// begins one later; rotations only tell distances.) Position 0 has no key.
//
// The keys of a prompt's pass are computed with it, those of decoding passes when a draft wants
// them, all that are missing together: an answer without drafts costs nothing more.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "cpu/buffer.h"
#include "cpu/cpu_pass.h"
#include "cpu/decoder_layer.h"
#include "cpu/kernels.h"
#include "cpu/kv_pool.h"
#include "cpu/thread_pool.h"
#include "model/weights.h"

namespace lacuna::cpu {

class MtpModule final : public MtpDrafts {
 public:
  struct Options {
    size_t max_tokens;      // of the model's passes
    size_t context_length;  // positions of a sequence
  };

  // `config` has a nextn layer; of several the first is used. All references must outlive it.
  MtpModule(ThreadPool& pool, const Kernels& kernels, const ModelConfig& config,
            const ModelWeights& weights, std::span<const double> frequencies,
            const Options& options);

  // Bytes of a position's two rows: state, key.
  static std::array<size_t, 2> row_bytes(const ModelConfig& config);

  // Where those rows are; before anything else.
  void use(const LayerPages& states, const LayerPages& keys);

  // Keeps the states of all tokens of a pass that the model's last layer is done with; of a prompt
  // the keys too, computed by the model's `layer`. False when the pool was stopped: call again.
  bool follow(const CpuPass& pass, DecoderLayer& layer);

  bool draft(std::span<const DraftRow> rows, std::span<DraftedToken> out,
             const std::atomic<bool>& interrupt) override;

  // [rows, vocabulary] of the last draft, for tests. It has them until the next call.
  std::span<const float> logits() const { return {logits_.data(), logits_.size()}; }

  size_t bytes() const { return layer_.bytes() + joined_.bytes() + x_.bytes() + logits_.bytes(); }

 private:
  struct StateRow;
  StateRow state(std::span<const PageId> pages, size_t position) const;
  void join(const CpuPass& pass);
  void mark_keys(const CpuPass& pass);
  bool catch_up(const DraftRow& row);
  DraftedToken likeliest(std::span<const float> logits);

  ThreadPool& pool_;
  const Kernels& kernels_;
  const ModelConfig& config_;
  const ModelWeights& weights_;
  const NextnWeights& module_;
  const std::span<const double> frequencies_;
  DecoderLayer layer_;  // of drafts
  CpuPass pass_;        // of drafts
  std::vector<SequenceChunk> chunks_;
  std::vector<int32_t> ids_;  // of tokens whose keys are missing
  std::vector<size_t> rows_;  // 0, 1, 2, …
  LayerPages states_{}, keys_{};
  Buffer joined_;         // [max_tokens, 2 * hidden]
  Buffer x_;              // [max_tokens, hidden] of a pass that is followed
  Buffer logits_;         // [kMostDecodeRows, vocabulary]
  Buffer probabilities_;  // [vocabulary]
};

}  // namespace lacuna::cpu
