// A beginning of a line that a beam search holds for possible, and the KV of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/copy_mixture.h"
#include "runtime/healing.h"
#include "runtime/prefix_tree.h"
#include "runtime/sampler.h"

namespace lacuna {

// A token of an answer, and how many of its bytes write again what was healed.
struct WrittenToken {
  SampledToken token;
  size_t healed;
};

struct Hypothesis {
  static constexpr size_t kPrompt = SIZE_MAX;

  std::vector<WrittenToken> tokens;
  std::string text;                // what they write beyond what was healed
  double log_probability = 0;      // of all tokens together
  bool greedy = true;              // whether each of them was the likeliest
  std::optional<Healing> healing;  // until the bytes taken back are written again
  std::optional<CopyMixture> copies;
  // KV of the prompt and of all tokens but the last. Without pages it has none of its own yet: then
  // it is that of the hypothesis at `origin`, or of the prompt alone.
  PrefixTree::Branch branch;
  size_t origin = kPrompt;
};

// A line that has come to its end, or to the most tokens that it may have.
struct BeamLine {
  std::vector<WrittenToken> tokens;  // the last one ended it, unless it was cut short
  std::string text;                  // without the line end
  double log_probability;            // that the line is this, by whatever token it ends
  bool greedy;
};

}  // namespace lacuna
