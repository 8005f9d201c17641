// A device that computes hashes instead of a model, for tests of the runtime: what a position gets
// depends on its token and on the KV of every position before it, layer for layer. A page that was
// mixed up, copied short or overwritten therefore changes every later answer. Work goes in small
// units, between which a test may interrupt.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "model/device_model.h"

namespace lacuna::testing {

enum class FakeDrafts {
  kNone,
  kRight,  // what a greedy answer takes
  kWrong,  // never that
};

struct FakeOptions {
  size_t layers = 3;
  size_t vocabulary = 50;
  size_t context_length = 512;
  size_t max_chunk = 32;
  size_t pages = 32;
  // Tokens of a kPrefill pass come out otherwise than alone, as on a device that rounds.
  bool rounds = false;
  bool keeps_logits = false;
  FakeDrafts drafts = FakeDrafts::kNone;
};

class FakeDevice final : public DeviceModel, private KeptLogits, private MtpDrafts {
 public:
  struct Begun {
    size_t pass;  // in order of make_pass
    PassKind kind;
    std::vector<std::pair<size_t, size_t>> chunks;  // position, tokens
  };

  explicit FakeDevice(const FakeOptions& options);

  std::vector<Begun> begun;
  std::vector<std::string> faults;  // uses that the contract forbids
  size_t rows_brought = 0;          // of logits that are kept
  size_t guesses = 0;               // tokens that were drafted
  // Called before each unit: one row in one layer, or one row of logits.
  std::function<void()> on_unit = [] {};

  const ModelConfig& config() const override { return config_; }
  size_t context_length() const override { return options_.context_length; }
  size_t max_chunk() const override { return options_.max_chunk; }
  size_t pages() const override { return options_.pages; }
  size_t page_bytes() const override;
  DeviceMemory memory() const override { return {0, 0, options_.pages * page_bytes(), 0}; }

  std::unique_ptr<Pass> make_pass() override;
  void begin(Pass& pass, std::span<const SequenceChunk> chunks, PassKind kind,
             std::span<const size_t> wanted) override;
  bool run_layer(Pass& pass, size_t layer, const std::atomic<bool>& interrupt) override;
  bool logits(Pass& pass, float* out, const std::atomic<bool>& interrupt) override;
  KeptLogits* kept_logits() override { return options_.keeps_logits ? this : nullptr; }
  MtpDrafts* mtp_drafts() override { return options_.drafts == FakeDrafts::kNone ? nullptr : this; }
  void copy_page(PageId from, PageId to, size_t tokens) override;
  void read_page(PageId page, size_t tokens, std::span<std::byte> out) const override;
  void write_page(PageId page, size_t tokens, std::span<const std::byte> in) override;

 private:
  bool candidates(Pass& pass, std::span<LogitCandidates> out,
                  const std::atomic<bool>& interrupt) override;
  void logits_row(Pass& pass, size_t i, float* out) override;

  bool draft(std::span<const DraftRow> rows, std::span<DraftedToken> out,
             const std::atomic<bool>& interrupt) override;
  int32_t greedy(const DraftRow& row);

  // What a position keeps for drafts, behind its KV.
  enum Kept : size_t { kToken, kState, kKey, kKept };
  size_t stride() const;                         // values of a position
  uint64_t* position(PageId page, size_t slot);  // [stride]
  bool unit(const std::atomic<bool>& interrupt);
  void expect(bool ok, const char* what);

  const FakeOptions options_;
  ModelConfig config_{};
  std::vector<uint64_t> kv_;  // [pages, kPageTokens, stride]; 0: never written
  size_t passes_ = 0;
};

}  // namespace lacuna::testing
