#include "runtime/logits_task.h"

#include <algorithm>
#include <memory>
#include <numeric>
#include <utility>

#include "format/error.h"
#include "runtime/sequence.h"

namespace lacuna {
namespace {

class Run {
 public:
  Run(DeviceModel& model, PrefixTree& tree, std::vector<int32_t> tokens, size_t chunk)
      : model_(model), tree_(tree), tokens_(std::move(tokens)), chunk_(chunk) {}

  std::future<std::vector<float>> future() { return promise_.get_future(); }

  bool step(const std::atomic<bool>& interrupt) {
    std::exception_ptr error;
    try {
      if (!pass_) start();
      if (!advance(interrupt)) return false;
      if (first_ < tokens_.size()) return false;
      branch_.release();
      promise_.set_value(std::move(out_));
    } catch (...) {
      error = std::current_exception();
    }
    if (error) fail(std::move(error));
    return true;
  }

  void fail(std::exception_ptr error) {
    branch_.release();
    pass_.reset();
    promise_.set_exception(std::move(error));
  }

 private:
  void start() {
    const ModelLimits limits{model_.config().vocabulary, model_.context_length()};
    check_tokens(tokens_, limits);
    check_fits(tokens_, limits);
    if (chunk_ == 0) {
      throw Error(ErrorCode::kInvalidArgument, "a chunk of 0 tokens", "Use a chunk of 1 or more.");
    }
    if (!tree_.reserve(branch_, tokens_.size())) {
      throw Error(ErrorCode::kOutOfMemory, "other requests use the pages of the KV cache",
                  "Try again when they have ended.");
    }
    chunk_ = std::min(chunk_, model_.max_chunk());
    out_.resize(tokens_.size() * model_.config().vocabulary);
    rows_.resize(chunk_);
    std::iota(rows_.begin(), rows_.end(), size_t{0});
    pass_ = model_.make_pass();
  }

  // One chunk. False when interrupted.
  bool advance(const std::atomic<bool>& interrupt) {
    const size_t n = std::min(chunk_, tokens_.size() - first_);
    if (!begun_) {
      const SequenceChunk chunk{std::span(tokens_).subspan(first_, n), first_, branch_.pages()};
      model_.begin(*pass_, std::span(&chunk, 1),
                   n <= kDecodeRun ? PassKind::kDecode : PassKind::kPrefill,
                   std::span(rows_).first(n));
      begun_ = true;
      layer_ = 0;
    }
    for (; layer_ < model_.config().layers; ++layer_) {
      if (!model_.run_layer(*pass_, layer_, interrupt)) return false;
    }
    float* out = out_.data() + first_ * model_.config().vocabulary;
    if (!model_.logits(*pass_, out, interrupt)) return false;
    first_ += n;
    begun_ = false;
    return true;
  }

  DeviceModel& model_;
  PrefixTree& tree_;
  const std::vector<int32_t> tokens_;
  size_t chunk_;
  std::promise<std::vector<float>> promise_;
  std::unique_ptr<Pass> pass_;
  PrefixTree::Branch branch_;  // nothing of it is published
  std::vector<size_t> rows_;   // 0, 1, 2, …
  std::vector<float> out_;
  size_t first_ = 0;  // of the current chunk
  size_t layer_ = 0;
  bool begun_ = false;
};

}  // namespace

LogitsTask make_logits_task(DeviceModel& model, PrefixTree& tree, std::vector<int32_t> tokens,
                            size_t chunk) {
  const auto run = std::make_shared<Run>(model, tree, std::move(tokens), chunk);
  return {{.step = [run](const std::atomic<bool>& interrupt) { return run->step(interrupt); },
           .drop = [run] { run->fail(closed_error()); }},
          run->future()};
}

}  // namespace lacuna
