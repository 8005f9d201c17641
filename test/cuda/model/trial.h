// Sequences on the device, taken through passes whose logits are compared with the reference's.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "model/twins.h"

namespace lacuna::model_check {

struct Sequence {
  std::vector<int32_t> text;  // all that it will ever hold
  size_t done = 0;            // tokens of it whose KV is in the pages
  std::vector<PageId> pages;
};

// The next tokens of a sequence.
struct Part {
  Sequence* sequence;
  size_t tokens;
};

struct Comparison {
  size_t rows = 0;       // whose logits were compared
  double error = 0;      // the largest difference, as a share of its sequence's largest |logit|
  size_t different = 0;  // rows with another best token
};

class Trial {
 public:
  // Both must outlive it.
  Trial(DeviceTwin& device, Reference& reference)
      : host_experts(device.host_experts), model(*device.model), reference_(reference) {}

  // A text of tokens that depend on `seed`.
  Sequence start(uint32_t seed, size_t length) const;
  // Shares the whole pages before `at`, has a copy of the one that `at` is in, and goes on with
  // another text.
  Sequence fork(const Sequence& from, size_t at, uint32_t seed, size_t length);

  // A pass from its beginning to its logits.
  void feed(const std::vector<Part>& parts, PassKind kind);
  void prefill(Sequence& sequence, size_t tokens) {
    feed({{&sequence, tokens}}, PassKind::kPrefill);
  }
  void decode(Sequence& sequence, size_t tokens);  // one by one

  // The same by hand. `begin` gives the sequences their pages; `finish` compares.
  struct Step {
    std::unique_ptr<Pass> pass;
    std::vector<Part> parts;
    std::vector<size_t> wanted;
  };
  Step make_step() const { return {model.make_pass(), {}, {}}; }
  void begin(Step& step, const std::vector<Part>& parts, PassKind kind);
  bool run_layer(Step& step, size_t layer) { return model.run_layer(*step.pass, layer, interrupt); }
  void run_layers(Step& step);
  void finish(Step& step);
  // Whether logits came; they are in `logits`.
  bool read_logits(Step& step);
  void compare(Step& step);

  // Other pages for a sequence, by way of the host's memory.
  void move(Sequence& sequence);

  std::atomic<bool> interrupt{false};
  Comparison result;
  WatchedExperts* const host_experts;
  cuda::CudaModel& model;

 private:
  PageId take_page();

  Reference& reference_;
  PageId next_page_ = 0;
  Step own_;
  std::vector<float> logits_;
};

}  // namespace lacuna::model_check
