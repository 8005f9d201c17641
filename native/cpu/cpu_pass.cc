#include "cpu/cpu_pass.h"

#include <cmath>

namespace lacuna::cpu {

void CpuPass::begin(std::span<const SequenceChunk> sequences, PassKind pass_kind,
                    std::span<const double> frequencies) {
  kind = pass_kind;
  tokens = parts_done = 0;
  layer_done = false;
  ids.clear();
  chunks.resize(sequences.size());
  const size_t pairs = frequencies.size();
  for (size_t c = 0; c < sequences.size(); ++c) {
    const SequenceChunk& sequence = sequences[c];
    PassChunk& chunk = chunks[c];
    chunk.first_row = tokens;
    chunk.tokens = sequence.tokens.size();
    chunk.position = sequence.position;
    chunk.pages.assign(sequence.pages.begin(), sequence.pages.end());
    for (size_t i = 0; i < chunk.tokens; ++i, ++tokens) {
      ids.push_back(sequence.tokens[i]);
      for (size_t p = 0; p < pairs; ++p) {
        const double angle = static_cast<double>(chunk.position + i) * frequencies[p];
        cosines.data()[tokens * pairs + p] = static_cast<float>(std::cos(angle));
        sines.data()[tokens * pairs + p] = static_cast<float>(std::sin(angle));
      }
    }
  }
}

}  // namespace lacuna::cpu
