// A model on a device: what the runtime needs from the CPU today and from a GPU later.
//
// The KV cache is a pool of pages; which page holds what is the runtime's business. A pass takes
// the new tokens of one or more sequences through the layers: begin → run_layer(0 … layers - 1) →
// logits. Several passes may be under way at once, each at its own layer; one of them is worked on
// at a time.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "model/config.h"
#include "model/logit_candidates.h"

namespace lacuna {

// Consecutive positions that share a page. A page holds the KV of all layers for them.
inline constexpr size_t kPageTokens = 64;

using PageId = uint32_t;  // 0 … pages() - 1

struct DeviceMemory {
  size_t weight_bytes;        // used in place
  size_t owned_weight_bytes;  // unpacked copies
  size_t kv_bytes;
  size_t scratch_bytes;
};

// New tokens of one sequence: token t stands at position `position + t`. Position p of the sequence
// lies in pages[p / kPageTokens]; `pages` covers all positions up to the last new one, and the KV
// of those before `position` is in them.
struct SequenceChunk {
  std::span<const int32_t> tokens;  // ≥ 1
  size_t position;
  std::span<const PageId> pages;
};

// Most rows of a kDecode pass.
inline constexpr size_t kMostDecodeRows = 16;

enum class PassKind {
  // Each row is computed as if it were alone: its bits do not depend on what shares the pass.
  kDecode,
  // Rows may be rounded together: faster for many tokens.
  kPrefill,
};

// Tokens on their way through the layers.
class Pass {
 public:
  virtual ~Pass() = default;
};

// Logits that stay on the device, for one that is far from the sampler: what sampling nearly always
// needs comes to the host, the rest when it is asked for. For passes of at most kMostDecodeRows
// wanted rows.
class KeptLogits {
 public:
  virtual ~KeptLogits() = default;

  // In the place of DeviceModel::logits: the candidates of the wanted rows into out [wanted]. False
  // as there.
  virtual bool candidates(Pass& pass, std::span<LogitCandidates> out,
                          const std::atomic<bool>& interrupt) = 0;

  // After that, and until the pass begins anew, whatever other passes do: the logits of the i-th
  // wanted row into out [vocabulary].
  virtual void logits_row(Pass& pass, size_t i, float* out) = 0;
};

// The token of a sequence at `position` ≥ 1, which has no KV yet, while all before it have. `pages`
// covers the position.
struct DraftRow {
  int32_t token;
  size_t position;
  std::span<const PageId> pages;
};

struct DraftedToken {
  int32_t id;
  float probability;  // as the module sees it
};

// The multi-token-prediction module of a model (DeepSeek-V3, 2.2): from what the model has computed
// for a position and the token behind it, it guesses the token after that. What it needs of earlier
// positions is in their pages, written by the passes that computed them.
class MtpDrafts {
 public:
  virtual ~MtpDrafts() = default;

  // Guesses what follows each of `rows` (1 … kMostDecodeRows), and leaves in the pages what a guess
  // of what follows *that* needs: then the row is the drafted token, a position on. The pass that
  // computes a position writes all of its share anew. False when `interrupt` was seen true; then
  // there is no guess.
  virtual bool draft(std::span<const DraftRow> rows, std::span<DraftedToken> out,
                     const std::atomic<bool>& interrupt) = 0;
};

class DeviceModel {
 public:
  virtual ~DeviceModel() = default;

  virtual const ModelConfig& config() const = 0;
  virtual size_t context_length() const = 0;  // positions one sequence may have
  virtual size_t max_chunk() const = 0;       // tokens one pass may hold, over all its sequences
  virtual size_t pages() const = 0;           // of the pool
  virtual size_t page_bytes() const = 0;
  virtual DeviceMemory memory() const = 0;

  // Room for one pass at a time; reused by `begin`. Must not outlive the model.
  virtual std::unique_ptr<Pass> make_pass() = 0;

  // A pass over the tokens of `chunks` (1 … max_chunk ids below the vocabulary), one row each, in
  // order. `wanted` names the rows (0 … tokens - 1, ascending) whose logits will be asked for. All
  // is copied.
  virtual void begin(Pass& pass, std::span<const SequenceChunk> chunks, PassKind kind,
                     std::span<const size_t> wanted) = 0;

  // Takes the pass through `layer`, and writes the KV of its tokens there. False when `interrupt`
  // was seen true on the way, within milliseconds: then call again to go on, or leave it.
  virtual bool run_layer(Pass& pass, size_t layer, const std::atomic<bool>& interrupt) = 0;

  // Logits of the wanted rows into out [wanted, vocabulary]. False as above.
  virtual bool logits(Pass& pass, float* out, const std::atomic<bool>& interrupt) = 0;

  // Null where it keeps none: then logits cost nothing to bring.
  virtual KeptLogits* kept_logits() { return nullptr; }

  // Null where the model has no such module, or the device does not compute it.
  virtual MtpDrafts* mtp_drafts() { return nullptr; }

  // Copies the first `tokens` positions of a page, all layers.
  virtual void copy_page(PageId from, PageId to, size_t tokens) = 0;

  // The first `tokens` positions of a page as bytes of this model on this device, all layers:
  // tokens * page_bytes() / kPageTokens of them.
  virtual void read_page(PageId page, size_t tokens, std::span<std::byte> out) const = 0;
  virtual void write_page(PageId page, size_t tokens, std::span<const std::byte> in) = 0;
};

}  // namespace lacuna
