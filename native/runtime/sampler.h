// Chooses the next token from logits.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "model/logit_candidates.h"
#include "runtime/nucleus.h"

namespace lacuna {

struct SamplingOptions {
  float temperature = 0;         // 0: greedy
  uint32_t top_k = 0;            // 0: all
  float top_p = 1;               // 1: all
  float min_p = 0;               // 0: all
  float repetition_penalty = 1;  // 1: none
  uint32_t repetition_window = 64;
  float copy = 0;  // the share of what repetition makes likely, see CopyMixture; below 1
  uint64_t seed = 0;
};

struct SampledToken {
  int32_t id;
  float log_probability;  // under the model's own distribution, before any filter
};

// Turns logits of a row into log-probabilities. The largest logit may be so large that the rest is
// lost beside it, so both are kept.
struct Normalizer {
  double largest, log_sum;  // log Σ exp(logit - largest)

  double log_probability(float logit) const { return std::min(0.0, logit - largest - log_sum); }
};

class Sampler {
 public:
  // `banned` tokens are never chosen; at least one id must remain. Ids outside the vocabulary are
  // ignored. Throws Error kInvalidArgument naming an option outside its range.
  Sampler(const SamplingOptions& options, size_t vocabulary, std::span<const int32_t> banned);

  // In this order: `odds` are added to the probabilities (of tokens, each once, against 1 for all
  // that the logits say; see CopyMixture), everything outside `allowed` (ids of the vocabulary;
  // none of them: all are) becomes impossible, repetition penalty over the last `repetition_window`
  // of `recent`, bans, temperature, top-k, top-p, min-p, draw. Greedy takes the largest logit, the
  // lowest id among equals. `logits` is changed. Not-a-number counts as impossible; where all that
  // is left is, the first of `allowed` is taken, which therefore holds no banned token. Allocates
  // nothing without `allowed`.
  SampledToken sample(std::span<float> logits, std::span<const int32_t> recent,
                      std::span<const int32_t> allowed = {}, std::span<const Candidate> odds = {});

  // What `sample` does before penalties, for who chooses by himself: odds, `allowed` and bans.
  // -infinity is impossible then. `allowed` and `odds` as there.
  Normalizer prepare(std::span<float> logits, std::span<const int32_t> allowed,
                     std::span<const Candidate> odds);

  // The token that `sample` would take from the whole row, with its log-probability to 1e-5, where
  // the candidates prove which it is: greedy and with a small top-k always, unless bans and
  // penalties fell upon most of them; with top-p or min-p nearly always. None where they do not:
  // then nothing has changed, and the row is to be asked. Allocates nothing.
  std::optional<SampledToken> sample(const LogitCandidates& row, std::span<const int32_t> recent);

 private:
  double mix(std::span<const Candidate> odds, std::span<float> logits, float largest);
  void restrict_to(std::span<const int32_t> allowed, std::span<float> logits);
  void penalize(std::span<float> logits, std::span<const int32_t> recent);
  std::span<const int32_t> penalty_window(std::span<const int32_t> recent) const;
  float penalized(float logit) const;
  int32_t draw(std::span<const float> logits);
  int32_t draw_of_all();
  void list_candidates(const LogitCandidates& row, std::span<const int32_t> recent);
  std::optional<int32_t> draw(const LogitCandidates& row, size_t sure);
  double uniform();

  SamplingOptions options_;
  size_t vocabulary_;
  std::vector<int32_t> banned_;
  std::vector<Candidate> candidates_;  // capacity: vocabulary
  std::vector<Candidate> penalized_;   // original logits of this step's penalised tokens
  std::vector<Candidate> allowed_;     // logits of this step's allowed tokens
  uint64_t random_state_;
};

}  // namespace lacuna
