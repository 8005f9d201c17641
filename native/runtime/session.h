// One model with one KV cache: prefill, decode, and what is resident. Not thread-safe; the engine's
// thread owns it.
#pragma once

#include <atomic>
#include <memory>
#include <span>
#include <vector>

#include "model/device_model.h"
#include "runtime/request.h"
#include "runtime/vocabulary.h"

namespace lacuna {

class Session {
 public:
  Session(std::unique_ptr<DeviceModel> model, Vocabulary vocabulary);

  const DeviceModel& model() const { return *model_; }

  // Prefills what is not resident and generates. Looks at `aborted` between layers. Throws Error
  // kInvalidArgument for an empty prompt, unknown token ids, sampling options out of range, or a
  // prompt longer than the context.
  Summary generate(const Request& request, const std::function<void(TokenEvent)>& on_token,
                   const std::atomic<bool>& aborted);

  // Logits of every position, [tokens, vocabulary], prefilled `chunk` tokens at a time from an
  // empty cache. Returns an empty vector when aborted.
  std::vector<float> logits(std::span<const int32_t> tokens, size_t chunk,
                            const std::atomic<bool>& aborted);

  // Leading tokens of `tokens` that already have KV.
  size_t resident(std::span<const int32_t> tokens) const;

  // The tokens that have KV, in order of their positions.
  const std::vector<int32_t>& cached() const { return cached_; }

 private:
  void check(std::span<const int32_t> tokens) const;
  bool forward(std::span<const int32_t> tokens, size_t position, PassKind kind,
               const std::atomic<bool>& aborted);
  bool prefill(std::span<const int32_t> tokens, size_t position, const std::atomic<bool>& aborted);
  FinishReason decode(const Request& request, Sampler& sampler, Summary& summary,
                      const std::function<void(TokenEvent)>& on_token,
                      const std::atomic<bool>& aborted);

  std::unique_ptr<DeviceModel> model_;
  std::unique_ptr<Pass> pass_;
  std::vector<PageId> pages_;  // page i of the pool is page i of the sequence
  Vocabulary vocabulary_;
  std::vector<int32_t> cached_;    // capacity: context length
  std::vector<int32_t> sequence_;  // prompt and answer so far; capacity: context length
  std::vector<float> logits_;      // [vocabulary] of the last position
  size_t last_pass_ = 0;           // tokens of the last pass
};

}  // namespace lacuna
