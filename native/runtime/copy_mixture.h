// What repetition makes likely: where the last tokens of the text stood before, what followed them
// there. Small models copy names badly; mixed into their distribution this does it for them, as a
// cache does (Grave et al. 2017, Improving neural language models with a continuous cache), with
// exact matches in place of hidden states.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "runtime/match_chains.h"
#include "runtime/nucleus.h"

namespace lacuna {

class CopyMixture {
 public:
  // `share`, 0 … below 1: what repetition weighs behind the longest matches. Nothing is matched
  // across one of `breaks`, and none of them is proposed.
  CopyMixture(float share, std::span<const int32_t> breaks) : share_(share), text_(breaks) {}

  // The next token of the text: prompt, then answer.
  void push(int32_t token) { text_.append(token); }

  // The tokens that followed, each once, with the odds of it against 1 for all that the model says
  // itself. Empty where nothing matches. Valid until `push`.
  std::span<const Candidate> odds();

 private:
  void add(int32_t id, float weight);

  const float share_;
  MatchChains text_;
  std::vector<Candidate> odds_;
};

}  // namespace lacuna
