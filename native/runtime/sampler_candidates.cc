// Sampling from a row's largest logits. What is not listed is at most the last one listed, and all
// of it together no more than the normaliser leaves; where that settles every comparison, the token
// is the one that the whole row would give.
#include <algorithm>
#include <cmath>
#include <limits>

#include "runtime/sampler.h"

namespace lacuna {
namespace {

constexpr float kImpossible = -std::numeric_limits<float>::infinity();

// Above what floats lose in a sum of all tokens, and what the normaliser is wrong by.
constexpr double kSlack = 1e-6, kNormalizerSlack = 2e-5;

// All tokens that are possible are among the candidates.
bool lists_all(const LogitCandidates& row, size_t vocabulary) {
  return vocabulary <= LogitCandidates::kCount || row.logits.back() == kImpossible;
}

// At most what the probabilities of `count` tokens that are not listed add up to, as multiples of
// that of `largest`. With x = logit - maximum and last = the greatest x among them, Σ exp(x / T) is
// at most count * exp(last / T), and, S being Σ exp(x),
//   for T ≤ 1: S * exp(last * (1 / T - 1)), because no x is above `last`;
//   for T > 1: count^(1 - 1 / T) * S^(1 / T), by Hölder's inequality.
double bound_unlisted(const LogitCandidates& row, double largest, double temperature,
                      double count) {
  const double maximum = row.maximum, last = row.logits.back() - maximum;
  double sum = std::exp(row.log_sum) * (1 + kNormalizerSlack);
  for (const float logit : row.logits) sum -= std::exp(logit - maximum);
  sum = std::max(sum, 0.0);
  const double by_sum = temperature <= 1
                            ? sum * std::exp(last * (1 / temperature - 1))
                            : std::pow(count, 1 - 1 / temperature) * std::pow(sum, 1 / temperature);
  return std::min(count * std::exp(last / temperature), by_sum) *
         std::exp((maximum - largest) / temperature);
}

}  // namespace

std::optional<SampledToken> Sampler::sample(const LogitCandidates& row,
                                            std::span<const int32_t> recent) {
  // It could lift what is not listed.
  if (options_.repetition_penalty < 1) return std::nullopt;
  list_candidates(row, recent);
  // Those that come before everything that is not listed. Of equal logits the higher ids are left
  // out of the list, and penalties only push down.
  size_t sure = candidates_.size();
  if (!lists_all(row, vocabulary_)) {
    const Candidate last{row.ids.back(), row.logits.back()};
    while (sure > 0 && is_better(last, candidates_[sure - 1])) --sure;
  }
  if (sure == 0) return std::nullopt;
  const std::optional<int32_t> id =
      options_.temperature == 0 ? candidates_.front().id : draw(row, sure);
  if (!id) return std::nullopt;
  const auto at = std::find(row.ids.begin(), row.ids.end(), *id) - row.ids.begin();
  const double logit = row.logits[static_cast<size_t>(at)];
  return SampledToken{
      *id, static_cast<float>(std::min(0.0, logit - double{row.maximum} - double{row.log_sum}))};
}

// What is listed and possible, best first.
void Sampler::list_candidates(const LogitCandidates& row, std::span<const int32_t> recent) {
  const std::span<const int32_t> window = penalty_window(recent);
  candidates_.clear();
  for (size_t i = 0; i < LogitCandidates::kCount; ++i) {
    Candidate c{row.ids[i], row.logits[i]};
    if (std::find(window.begin(), window.end(), c.id) != window.end()) c.value = penalized(c.value);
    const bool banned = std::find(banned_.begin(), banned_.end(), c.id) != banned_.end();
    if (!banned && c.value != kImpossible) candidates_.push_back(c);
  }
  std::sort(candidates_.begin(), candidates_.end(), is_better);
}

std::optional<int32_t> Sampler::draw(const LogitCandidates& row, size_t sure) {
  const float temperature = options_.temperature, largest = candidates_.front().value;
  const size_t wanted = options_.top_k == 0 ? vocabulary_ : options_.top_k;
  std::optional<Nucleus> nucleus;
  if (wanted <= sure || lists_all(row, vocabulary_)) {
    candidates_.resize(std::min(wanted, candidates_.size()));
    const double total = to_probabilities(candidates_, temperature);
    nucleus = find_nucleus(candidates_, options_.top_p, options_.min_p, {total, total}, -1);
  } else {
    const double listed = to_probabilities(candidates_, temperature);
    candidates_.resize(sure);
    double low = 0;
    for (const Candidate& c : candidates_) low += c.value;
    const double unlisted = bound_unlisted(
        row, largest, temperature, static_cast<double>(vocabulary_ - LogitCandidates::kCount));
    const double following =
        std::exp((double{row.logits.back()} - double{largest}) / double{temperature});
    nucleus = find_nucleus(candidates_, options_.top_p, options_.min_p,
                           {low * (1 - kSlack), (listed + unlisted) * (1 + kSlack)},
                           following * (1 + kSlack));
  }
  if (!nucleus) return std::nullopt;
  return draw_token(candidates_, *nucleus, uniform());
}

}  // namespace lacuna
