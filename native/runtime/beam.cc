#include "runtime/beam.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>
#include <utility>

namespace lacuna {
namespace {

constexpr float kImpossible = -std::numeric_limits<float>::infinity();

// By what lines are compared: log-probabilities, with the lead of the greedy one.
double rank(double log_probability, bool greedy) {
  return log_probability + (greedy ? std::log(kGreedyLead) : 0);
}

bool goes_before(const BeamLine& a, const BeamLine& b) {
  return rank(a.log_probability, a.greedy) > rank(b.log_probability, b.greedy);
}

// log(exp(a) + exp(b)), both finite.
double log_add(double a, double b) {
  return std::max(a, b) + std::log1p(std::exp(-std::abs(a - b)));
}

// The largest `count`, largest first, of those that are possible.
std::vector<Candidate> largest(std::span<const float> logits, size_t count) {
  std::vector<Candidate> best;
  for (size_t i = 0; i < logits.size(); ++i) {
    const Candidate each{static_cast<int32_t>(i), logits[i]};
    if (each.value == kImpossible) continue;
    if (best.size() == count) {
      if (!is_better(each, best.back())) continue;
      best.pop_back();
    }
    best.insert(std::upper_bound(best.begin(), best.end(), each, is_better), each);
  }
  return best;
}

}  // namespace

Beam::Beam(Options options, const Vocabulary& vocabulary, const LineEnds& line_ends)
    : options_(std::move(options)), vocabulary_(vocabulary), line_ends_(line_ends) {}

void Beam::start(Hypothesis root) {
  stop();
  live_.push_back(std::move(root));
}

void Beam::stop() {
  live_.clear();
  tokens_.clear();
  lines_.clear();
  cut_.clear();
}

bool Beam::reserve(PrefixTree& tree, const PrefixTree::Branch& prompt) {
  for (Hypothesis& each : live_) {
    const size_t length = options_.prompt + each.tokens.size();
    if (each.branch.pages().empty()) {
      const bool first = each.origin == Hypothesis::kPrompt;
      auto forked = tree.fork(first ? prompt : live_[each.origin].branch, length - 1);
      if (!forked) return false;
      each.branch = std::move(*forked);
    }
    if (!tree.reserve(each.branch, length)) return false;
  }
  return true;
}

size_t Beam::own_pages() const {
  size_t pages = 0;
  for (const Hypothesis& each : live_) pages += each.branch.own_pages();
  return pages;
}

void Beam::add_chunks(std::vector<SequenceChunk>& chunks) const {
  for (size_t i = 0; i < live_.size(); ++i) {
    const size_t position = options_.prompt + live_[i].tokens.size() - 1;
    chunks.push_back({std::span(tokens_).subspan(i, 1), position, live_[i].branch.pages()});
  }
}

bool Beam::advance(const StepLogits::Rows& logits, Sampler& sampler) {
  std::vector<Step> steps;
  for (size_t i = 0; i < live_.size(); ++i) look_at(i, logits.row(i), sampler, steps);
  go_on(best_of(std::move(steps)));
  give_up();
  tokens_.clear();
  for (const Hypothesis& each : live_) tokens_.push_back(each.tokens.back().token.id);
  return searching();
}

// Collects the hypothesis where it may end, and adds the best ways on.
void Beam::look_at(size_t from, std::span<float> logits, Sampler& sampler,
                   std::vector<Step>& steps) {
  Hypothesis& here = live_[from];
  const auto allowed = here.healing ? here.healing->allowed() : std::span<const int32_t>{};
  const auto odds = here.copies ? here.copies->odds() : std::span<const Candidate>{};
  const Normalizer normalizer = sampler.prepare(logits, allowed, odds);
  // What is healed may hold a line end itself.
  const Candidate end =
      here.healing ? Candidate{-1, kImpossible} : collect_ended(here, logits, normalizer);
  bool likeliest = true;
  for (const Candidate& each : largest(logits, options_.width)) {
    const double log_probability = normalizer.log_probability(each.value);
    steps.push_back({from,
                     {each.id, static_cast<float>(log_probability)},
                     here.log_probability + log_probability,
                     here.greedy && likeliest && !is_better(end, each)});
    likeliest = false;
  }
}

// Returns the likeliest token that ends the line; all that do become impossible.
Candidate Beam::collect_ended(const Hypothesis& ended, std::span<float> logits,
                              const Normalizer& normalizer) {
  Candidate best{-1, kImpossible};
  double probability = 0;
  const auto likeliest = std::max_element(logits.begin(), logits.end()) - logits.begin();
  const auto end = [&](int32_t id) {
    const Candidate each{id, std::exchange(logits[static_cast<size_t>(id)], kImpossible)};
    if (each.value == kImpossible) return;
    probability += std::exp(normalizer.log_probability(each.value));
    if (best.id < 0 || is_better(each, best)) best = each;
  };
  for (const int32_t id : line_ends_.tokens()) end(id);
  for (const int32_t id : options_.end_tokens) end(id);
  if (!(probability > 0)) return best;
  std::vector<WrittenToken> tokens = ended.tokens;
  tokens.push_back({{best.id, static_cast<float>(normalizer.log_probability(best.value))}, 0});
  collect({std::move(tokens), ended.text,
           ended.log_probability + std::min(0.0, std::log(probability)),
           ended.greedy && best.id == likeliest});
  return best;
}

// The same line in other tokens is as likely as both together.
void Beam::collect(BeamLine line) {
  const auto same = std::find_if(lines_.begin(), lines_.end(),
                                 [&line](const BeamLine& each) { return each.text == line.text; });
  if (same == lines_.end()) {
    lines_.push_back(std::move(line));
    return;
  }
  const double both = log_add(same->log_probability, line.log_probability);
  const bool greedy = same->greedy || line.greedy;
  if (line.log_probability > same->log_probability) *same = std::move(line);
  same->log_probability = both;
  same->greedy = greedy;
}

// The likeliest, and the greedy one; of equals the one that was added first.
std::vector<Beam::Step> Beam::best_of(std::vector<Step> steps) const {
  std::stable_sort(steps.begin(), steps.end(), [](const Step& a, const Step& b) {
    return a.log_probability > b.log_probability;
  });
  if (steps.size() <= options_.width) return steps;
  const auto rest = steps.begin() + static_cast<std::ptrdiff_t>(options_.width);
  const auto greedy = std::find_if(rest, steps.end(), [](const Step& step) { return step.greedy; });
  if (greedy != steps.end()) *(rest - 1) = *greedy;
  steps.erase(rest, steps.end());
  return steps;
}

// The first hypothesis that goes on from another takes over its pages.
void Beam::go_on(const std::vector<Step>& steps) {
  std::vector<Hypothesis> next;
  std::vector<size_t> heirs(live_.size(), Hypothesis::kPrompt);
  for (const Step& step : steps) {
    Hypothesis& from = live_[step.from];
    size_t line_end = std::string::npos;
    Hypothesis child = extended(from, step, &line_end);
    if (line_end != std::string::npos) {
      collect({std::move(child.tokens), std::move(child.text), step.log_probability, step.greedy});
      continue;
    }
    if (child.tokens.size() == options_.most_tokens) {
      cut_.push_back(
          {std::move(child.tokens), std::move(child.text), step.log_probability, step.greedy});
      continue;
    }
    child.origin = heirs[step.from];
    if (child.origin == Hypothesis::kPrompt) {
      child.branch = std::move(from.branch);
      heirs[step.from] = next.size();
    }
    next.push_back(std::move(child));
  }
  live_ = std::move(next);
}

// Without pages. `line_end` becomes where in the token's bytes one stands, which ends the text.
Hypothesis Beam::extended(const Hypothesis& from, const Step& step, size_t* line_end) const {
  Hypothesis to{.tokens = from.tokens,
                .text = from.text,
                .log_probability = step.log_probability,
                .greedy = step.greedy,
                .healing = from.healing,
                .copies = from.copies,
                .branch = {}};
  size_t healed = 0;
  if (to.healing) {
    healed = to.healing->advance(step.token.id);
    if (to.healing->done()) to.healing.reset();
  }
  if (to.copies) to.copies->push(step.token.id);
  to.tokens.push_back({step.token, healed});
  const std::string_view bytes = vocabulary_.bytes(step.token.id).substr(healed);
  *line_end = bytes.find('\n');
  to.text += bytes.substr(0, *line_end);
  return to;
}

// A line is never likelier than its beginning.
void Beam::give_up() {
  if (lines_.empty()) return;
  const BeamLine& best = *std::min_element(lines_.begin(), lines_.end(), goes_before);
  const double least = rank(best.log_probability, best.greedy);
  std::vector<Hypothesis> kept;
  std::vector<size_t> places(live_.size(), Hypothesis::kPrompt);
  for (size_t i = 0; i < live_.size(); ++i) {
    Hypothesis& each = live_[i];
    if (rank(each.log_probability, each.greedy) <= least) continue;
    // Who had its pages may be gone: then they pass to the first of those that wait for them.
    if (each.origin != Hypothesis::kPrompt) {
      const size_t origin = each.origin;
      each.origin = places[origin];
      if (each.origin == Hypothesis::kPrompt) {
        each.branch = std::move(live_[origin].branch);
        places[origin] = kept.size();
      }
    }
    places[i] = kept.size();
    kept.push_back(std::move(each));
  }
  live_ = std::move(kept);
}

std::vector<BeamLine> Beam::take_lines() {
  std::vector<BeamLine> lines = std::move(lines_.empty() ? cut_ : lines_);
  std::stable_sort(lines.begin(), lines.end(), goes_before);
  if (lines.size() > options_.width) {
    lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(options_.width), lines.end());
  }
  stop();
  return lines;
}

}  // namespace lacuna
