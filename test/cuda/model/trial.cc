#include "model/trial.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "format/error.h"

namespace lacuna::model_check {
namespace {

// Of a long pass only some rows are compared: the head over all of them takes most of the time.
constexpr size_t kComparedRows = 8;

}  // namespace

Sequence Trial::start(uint32_t seed, size_t length) const {
  Sequence sequence;
  uint32_t state = seed * 2654435761u + 1;
  for (size_t i = 0; i < length; ++i) {
    state = state * 1664525u + 1013904223u;
    sequence.text.push_back(static_cast<int32_t>((state >> 8) % model.config().vocabulary));
  }
  return sequence;
}

// Pages are never given back: a trial is short.
PageId Trial::take_page() {
  if (next_page_ == model.pages())
    throw Error(ErrorCode::kInvalidArgument, "the scenario has used all pages", "Give it more.");
  return next_page_++;
}

Sequence Trial::fork(const Sequence& from, size_t at, uint32_t seed, size_t length) {
  Sequence other = start(seed, length);
  std::copy_n(from.text.begin(), at, other.text.begin());
  other.done = at;
  other.pages.assign(from.pages.begin(), from.pages.begin() + at / kPageTokens);
  if (at % kPageTokens > 0) {
    other.pages.push_back(take_page());
    model.copy_page(from.pages[at / kPageTokens], other.pages.back(), at % kPageTokens);
  }
  return other;
}

void Trial::move(Sequence& sequence) {
  for (size_t i = 0; i < sequence.pages.size(); ++i) {
    const size_t tokens = std::min(sequence.done - i * kPageTokens, kPageTokens);
    std::vector<std::byte> bytes(tokens * model.page_bytes() / kPageTokens);
    model.read_page(sequence.pages[i], tokens, bytes);
    sequence.pages[i] = take_page();
    model.write_page(sequence.pages[i], tokens, bytes);
  }
}

void Trial::begin(Step& step, const std::vector<Part>& parts, PassKind kind) {
  step.parts = parts;
  step.wanted.clear();
  size_t rows = 0;
  for (const Part& part : parts) rows += part.tokens;
  const size_t every = (rows + kComparedRows - 1) / kComparedRows;
  std::vector<SequenceChunk> chunks;
  size_t row = 0;
  for (const Part& part : parts) {
    Sequence& s = *part.sequence;
    while (s.pages.size() * kPageTokens < s.done + part.tokens) s.pages.push_back(take_page());
    chunks.push_back({std::span(s.text).subspan(s.done, part.tokens), s.done, s.pages});
    for (size_t i = 0; i < part.tokens; ++i, ++row) {
      if (row % every == 0 || i + 1 == part.tokens) step.wanted.push_back(row);
    }
  }
  model.begin(*step.pass, chunks, kind, step.wanted);
}

void Trial::run_layers(Step& step) {
  for (size_t layer = 0; layer < model.config().layers; ++layer) run_layer(step, layer);
}

bool Trial::read_logits(Step& step) {
  logits_.assign(step.wanted.size() * model.config().vocabulary, 0);
  return model.logits(*step.pass, logits_.data(), interrupt);
}

void Trial::compare(Step& step) {
  const size_t vocabulary = model.config().vocabulary;
  size_t row = 0, found = 0;
  for (const Part& part : step.parts) {
    Sequence& s = *part.sequence;
    const std::span<const float> all = reference_.logits(s.text);
    const double largest = std::transform_reduce(
        all.begin(), all.end(), 0.0, [](double x, double y) { return std::max(x, y); },
        [](float x) { return std::abs(double{x}); });
    for (size_t i = 0; i < part.tokens; ++i, ++row) {
      if (found == step.wanted.size() || step.wanted[found] != row) continue;
      const auto expected = all.subspan((s.done + i) * vocabulary, vocabulary);
      const auto actual = std::span(logits_).subspan(found++ * vocabulary, vocabulary);
      double difference = 0;
      for (size_t v = 0; v < vocabulary; ++v) {
        const double d = std::abs(double{actual[v]} - double{expected[v]});
        difference = std::isfinite(d) ? std::max(difference, d) : HUGE_VAL;
      }
      result.rows += 1;
      result.error = std::max(result.error, difference / largest);
      const auto best = [](std::span<const float> x) {
        return std::ranges::max_element(x) - x.begin();
      };
      result.different += best(actual) != best(expected);
    }
    s.done += part.tokens;
  }
}

void Trial::finish(Step& step) {
  if (!read_logits(step))
    throw Error(ErrorCode::kInvalidArgument, "logits were interrupted by nobody", "");
  compare(step);
}

void Trial::feed(const std::vector<Part>& parts, PassKind kind) {
  if (!own_.pass) own_ = make_step();
  begin(own_, parts, kind);
  run_layers(own_);
  finish(own_);
}

void Trial::decode(Sequence& sequence, size_t tokens) {
  for (size_t i = 0; i < tokens; ++i) feed({{&sequence, 1}}, PassKind::kDecode);
}

}  // namespace lacuna::model_check
