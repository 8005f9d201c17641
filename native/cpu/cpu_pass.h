// Tokens on their way through the layers of a CpuModel.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cpu/buffer.h"
#include "model/device_model.h"

namespace lacuna::cpu {

// New tokens of one sequence: rows first_row … first_row + tokens - 1 of the pass.
struct PassChunk {
  size_t first_row;
  size_t tokens;
  size_t position;  // of the first
  std::vector<PageId> pages;

  size_t total() const { return position + tokens; }
};

class CpuPass final : public Pass {
 public:
  CpuPass(const ModelConfig& config, size_t max_tokens)
      : x(max_tokens * config.hidden),
        cosines(max_tokens * config.rope_dim / 2),
        sines(cosines.size()) {
    wanted.reserve(max_tokens);
    ids.reserve(max_tokens);
  }

  // Takes the tokens of `chunks` in the place of what it had: all but `x`. `frequencies` as
  // rope_frequencies gives them.
  void begin(std::span<const SequenceChunk> sequences, PassKind pass_kind,
             std::span<const double> frequencies);

  PassKind kind = PassKind::kDecode;
  size_t tokens = 0;
  std::vector<int32_t> ids;  // [tokens]
  std::vector<PassChunk> chunks;
  std::vector<size_t> wanted;  // rows whose logits are asked for
  // Parts of the current layer that are done. The residual stream changes at the end of a part
  // only, so an interrupted part can be run again.
  size_t parts_done = 0;
  bool layer_done = false;  // … of the last layer, but not yet what comes behind it

  Buffer x;        // [tokens, hidden] residual stream
  Buffer cosines;  // [tokens, rope_dim / 2] of each token's position
  Buffer sines;    // [tokens, rope_dim / 2]
};

}  // namespace lacuna::cpu
