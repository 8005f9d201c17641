#include "runtime/sampler.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "format/error.h"

namespace lacuna {
namespace {

constexpr float kImpossible = -std::numeric_limits<float>::infinity();
constexpr float kLargest = std::numeric_limits<float>::max();

void require(bool ok, const char* name, const char* range) {
  if (!ok)
    throw Error(ErrorCode::kInvalidArgument,
                std::string("sampling option ") + name + " is outside " + range,
                "Correct the option; see the documentation of the sampling options.");
}

// Candidates that are sorted at once, and nearly always enough.
constexpr size_t kSortedFirst = 256;

// log Σ exp(x - largest).
double log_sum(std::span<const float> x, float largest) {
  double sum = 0;
  for (const float v : x) sum += std::exp(static_cast<double>(v - largest));
  return std::log(sum);
}

}  // namespace

Sampler::Sampler(const SamplingOptions& options, size_t vocabulary, std::span<const int32_t> banned)
    : options_(options), vocabulary_(vocabulary), random_state_(options.seed) {
  require(options.temperature >= 0 && options.temperature <= 100, "temperature", "0 … 100");
  require(options.top_p > 0 && options.top_p <= 1, "topP", "(0, 1]");
  require(options.min_p >= 0 && options.min_p < 1, "minP", "[0, 1)");
  require(options.repetition_penalty > 0 && options.repetition_penalty <= 100, "repetitionPenalty",
          "(0, 100]");
  require(options.copy >= 0 && options.copy < 1, "copy", "[0, 1)");
  require(options.repetition_window <= 1u << 16, "repetitionWindow", "0 … 65536");
  for (const int32_t id : banned) {
    if (id >= 0 && static_cast<size_t>(id) < vocabulary) banned_.push_back(id);
  }
  candidates_.reserve(options.temperature > 0 ? std::max(vocabulary, LogitCandidates::kCount)
                                              : LogitCandidates::kCount);
  if (options.repetition_penalty != 1) penalized_.reserve(options.repetition_window);
}

SampledToken Sampler::sample(std::span<float> logits, std::span<const int32_t> recent,
                             std::span<const int32_t> allowed, std::span<const Candidate> odds) {
  const Normalizer normalizer = prepare(logits, allowed, odds);
  penalize(logits, recent);
  int32_t id = draw(logits);
  if (!allowed.empty() && logits[id] == kImpossible) id = allowed.front();

  float logit = logits[id];
  for (const Candidate& original : penalized_) {
    if (original.id == id) logit = original.value;
  }
  return {id, static_cast<float>(normalizer.log_probability(logit))};
}

Normalizer Sampler::prepare(std::span<float> logits, std::span<const int32_t> allowed,
                            std::span<const Candidate> odds) {
  // A damaged model may give anything: what is not a number is impossible, the infinite is merely
  // huge.
  for (float& v : logits) {
    v = std::isnan(v) ? kImpossible : std::min(v, kLargest);
  }
  const float largest = *std::max_element(logits.begin(), logits.end());
  const double of_all = mix(odds, logits, largest);
  if (!allowed.empty()) restrict_to(allowed, logits);
  for (const int32_t id : banned_) logits[id] = kImpossible;
  return {largest, of_all};
}

// Adds the odds to the probabilities. Returns the logarithm of the sum of exponentials, of logits
// and odds together, less `largest`.
double Sampler::mix(std::span<const Candidate> odds, std::span<float> logits, float largest) {
  const double of_all = log_sum(logits, largest);
  if (odds.empty() || !std::isfinite(of_all)) return of_all;
  double sum = 0;
  for (const Candidate& each : odds) {
    float& logit = logits[each.id];
    const double probability = std::exp(double{logit} - largest - of_all);
    logit = static_cast<float>(std::log(probability + each.value) + of_all + largest);
    sum += each.value;
  }
  return of_all + std::log1p(sum);
}

void Sampler::restrict_to(std::span<const int32_t> allowed, std::span<float> logits) {
  allowed_.clear();
  for (const int32_t id : allowed) allowed_.push_back({id, logits[id]});
  std::fill(logits.begin(), logits.end(), kImpossible);
  for (const Candidate& c : allowed_) logits[c.id] = c.value;
}

std::span<const int32_t> Sampler::penalty_window(std::span<const int32_t> recent) const {
  if (options_.repetition_penalty == 1) return {};
  return recent.last(std::min<size_t>(recent.size(), options_.repetition_window));
}

float Sampler::penalized(float logit) const {
  // Finite, as all logits are: a penalty below 1 makes the huge larger still.
  if (logit > 0) return std::min(logit / options_.repetition_penalty, kLargest);
  return logit * options_.repetition_penalty;
}

// Keskar et al. 2019: each token of the window once, however often it stands there.
void Sampler::penalize(std::span<float> logits, std::span<const int32_t> recent) {
  penalized_.clear();
  for (const int32_t id : penalty_window(recent)) {
    const bool seen = std::any_of(penalized_.begin(), penalized_.end(),
                                  [id](const Candidate& c) { return c.id == id; });
    if (seen) continue;
    float& logit = logits[id];
    penalized_.push_back({id, logit});
    logit = penalized(logit);
  }
}

int32_t Sampler::draw(std::span<const float> logits) {
  if (options_.temperature == 0) {
    return static_cast<int32_t>(std::max_element(logits.begin(), logits.end()) - logits.begin());
  }
  candidates_.clear();
  for (size_t i = 0; i < logits.size(); ++i) {
    if (logits[i] != kImpossible) candidates_.push_back({static_cast<int32_t>(i), logits[i]});
  }
  if (candidates_.empty()) return 0;
  if (options_.top_k == 0 || options_.top_k >= candidates_.size()) return draw_of_all();
  const auto keep = static_cast<std::ptrdiff_t>(options_.top_k);
  std::partial_sort(candidates_.begin(), candidates_.begin() + keep, candidates_.end(), is_better);
  candidates_.resize(options_.top_k);
  const double total = to_probabilities(candidates_, options_.temperature);
  const auto nucleus =
      find_nucleus(candidates_, options_.top_p, options_.min_p, {total, total}, -1);
  return draw_token(candidates_, *nucleus, uniform());
}

// Sorts as far as the filters and the draw look: few tokens have nearly all of the probability, and
// sorting a vocabulary takes longer than a small model does.
int32_t Sampler::draw_of_all() {
  const std::span<Candidate> all = candidates_;
  float largest = kImpossible;
  for (const Candidate& c : all) largest = std::max(largest, c.value);
  double total = 0;
  for (const Candidate& c : all)
    total += relative_probability(c.value, largest, options_.temperature);
  const bool filters = options_.top_p < 1 || options_.min_p > 0;
  const double share = uniform();
  for (size_t sorted = 0;;) {
    const size_t next = std::min(all.size(), std::max(kSortedFirst, 4 * sorted));
    const auto begin = all.begin() + static_cast<std::ptrdiff_t>(sorted);
    const auto end = all.begin() + static_cast<std::ptrdiff_t>(next);
    std::partial_sort(begin, end, all.end(), is_better);
    for (Candidate& c : all.subspan(sorted, next - sorted))
      c.value = relative_probability(c.value, largest, options_.temperature);
    sorted = next;
    const std::span<const Candidate> best = all.first(sorted);
    const bool is_all = sorted == all.size();
    const double following = is_all ? -1 : best.back().value;
    std::optional<Nucleus> nucleus = Nucleus{sorted, total};
    if (filters)
      nucleus = find_nucleus(best, options_.top_p, options_.min_p, {total, total}, following);
    if (!nucleus) continue;
    // Without filters the token may stand behind what is sorted.
    const std::optional<size_t> at = index_at(best.first(nucleus->count), share * nucleus->mass);
    if (at || filters || is_all) return best[at.value_or(nucleus->count - 1)].id;
  }
}

// SplitMix64 (Steele et al. 2014), the same on every platform; 53 bits in [0, 1).
double Sampler::uniform() {
  uint64_t z = random_state_ += 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  z ^= z >> 31;
  return static_cast<double>(z >> 11) * 0x1.0p-53;
}

}  // namespace lacuna
