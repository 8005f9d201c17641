// The most likely tokens: which of them the filters of sampling keep, and which one is drawn.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace lacuna {

struct Candidate {
  int32_t id;
  float value;  // logit, then probability as a multiple of the best one's
};

// The larger value first, the lower id among equals.
inline bool is_better(const Candidate& a, const Candidate& b) {
  return a.value != b.value ? a.value > b.value : a.id < b.id;
}

// What the probability of `logit` at `temperature` is of that of the `largest`.
float relative_probability(float logit, float largest, float temperature);

// Logits, best first, become probabilities at `temperature`. Returns their sum.
double to_probabilities(std::span<Candidate> sorted, float temperature);

// The probabilities of all tokens that top-k leaves add up to something between these.
struct Bounds {
  double low, high;
};

// The first `count` candidates are kept; what their probabilities add up to.
struct Nucleus {
  size_t count;
  double mass;
};

// What top-p and min-p keep of candidates sorted by probability, which is followed by others of at
// most `following`, or by none (negative). None where that depends on what is not known.
std::optional<Nucleus> find_nucleus(std::span<const Candidate> sorted, float top_p, float min_p,
                                    Bounds total, double following);

// Which of the candidates is reached where probabilities are added up to `mass`; none where they do
// not go so far.
std::optional<size_t> index_at(std::span<const Candidate> sorted, double mass);

// The token at `share` (0 … 1) of the nucleus' mass.
int32_t draw_token(std::span<const Candidate> sorted, const Nucleus& nucleus, double share);

}  // namespace lacuna
