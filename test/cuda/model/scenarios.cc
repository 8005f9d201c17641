#include "model/scenarios.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "format/error.h"

namespace lacuna::model_check {
namespace {

void require(bool holds, const char* what) {
  if (!holds) throw Error(ErrorCode::kInvalidArgument, what, "");
}

// Little of everything: for settings and sanitizers that take long.
void brief(Trial& t) {
  Sequence s = t.start(1, 23);
  t.prefill(s, 20);
  t.decode(s, 3);
}

// Few enough for attention on latents.
void short_prompt(Trial& t) {
  Sequence s = t.start(2, 48);
  t.prefill(s, 48);
}

// Enough for attention on keys and values, and several pages; then a few more tokens.
void long_prompt(Trial& t) {
  Sequence s = t.start(3, 142);
  t.prefill(s, 140);
  t.decode(s, 2);
}

// Both forms of attention over what another pass has left, and both shapes of products.
void odd_chunks(Trial& t) {
  Sequence s = t.start(4, 89);
  for (const size_t tokens : {17, 66, 1, 5}) t.prefill(s, tokens);
}

// From nothing.
void one_by_one(Trial& t) {
  Sequence s = t.start(5, 5);
  t.decode(s, 5);
}

// KV that was kept elsewhere, comes back to other pages, and grows into the next one.
void resumed(Trial& t) {
  Sequence s = t.start(6, 72);
  t.prefill(s, 62);
  t.move(s);
  t.decode(s, 4);
  t.move(s);
  t.prefill(s, 6);
}

// Two ends of one beginning, of which they share a page.
void forked(Trial& t) {
  Sequence s = t.start(7, 71);
  t.prefill(s, 68);
  Sequence other = t.fork(s, 66, 8, 70);
  t.feed({{&s, 1}, {&other, 1}}, PassKind::kDecode);
  t.prefill(other, 2);
  t.decode(s, 1);
  t.feed({{&other, 1}, {&s, 1}}, PassKind::kDecode);
}

// 64 rows of several sequences, then decoding passes of some of them and of some that begin so.
void batches(Trial& t) {
  std::vector<Sequence> all;
  for (uint32_t i = 0; i < kMostDecodeRows; ++i) all.push_back(t.start(10 + i, i < 4 ? 36 : 4));
  t.feed({{&all[0], 13}, {&all[1], 20}, {&all[2], 1}, {&all[3], 30}}, PassKind::kPrefill);
  for (const size_t count : {1, 2, 7, 16}) {
    std::vector<Part> parts;
    for (size_t i = 0; i < count; ++i) parts.push_back({&all[i], 1});
    t.feed(parts, PassKind::kDecode);
  }
}

// Passes that are left while the device is at work on them, for others in the same memory.
void abandoned(Trial& t) {
  Sequence s = t.start(30, 24), wrong = t.start(31, 24);
  t.prefill(s, 10);
  wrong.done = s.done;
  wrong.pages = s.pages;
  Trial::Step step = t.make_step();
  t.begin(step, {{&wrong, 1}}, PassKind::kDecode);
  t.run_layer(step, 0);
  t.begin(step, {{&s, 1}}, PassKind::kDecode);
  t.run_layers(step);
  t.finish(step);
  wrong.done = s.done;
  t.begin(step, {{&wrong, 2}}, PassKind::kDecode);
  t.run_layers(step);
  t.begin(step, {{&wrong, 9}}, PassKind::kPrefill);
  t.run_layer(step, 0);
  t.begin(step, {{&s, 12}}, PassKind::kPrefill);
  t.run_layers(step);
  t.finish(step);
  t.decode(s, 1);
}

// Two passes side by side, layer by layer: of prompts, then of a prompt and an answer.
void interleaved(Trial& t) {
  Sequence a = t.start(40, 24), b = t.start(41, 24);
  Trial::Step first = t.make_step(), second = t.make_step();
  const auto both = [&] {
    for (size_t layer = 0; layer < t.model.config().layers; ++layer) {
      t.run_layer(first, layer);
      t.run_layer(second, layer);
    }
    t.finish(second);
    t.finish(first);
  };
  t.begin(first, {{&a, 9}}, PassKind::kPrefill);
  t.begin(second, {{&b, 14}}, PassKind::kPrefill);
  both();
  t.begin(second, {{&b, 1}}, PassKind::kDecode);
  t.begin(first, {{&a, 10}}, PassKind::kPrefill);
  both();
  t.begin(first, {{&a, 1}}, PassKind::kDecode);
  t.begin(second, {{&b, 1}}, PassKind::kDecode);
  both();
}

// Whether those are the largest logits of a row, in order, and its normaliser.
bool are_largest(const LogitCandidates& candidates, std::span<const float> row) {
  std::vector<int32_t> ids(row.size());
  std::iota(ids.begin(), ids.end(), 0);
  std::ranges::stable_sort(ids, [&](int32_t a, int32_t b) { return row[a] > row[b]; });
  for (size_t i = 0; i < LogitCandidates::kCount; ++i) {
    const bool exists = i < ids.size();
    if (candidates.ids[i] != (exists ? ids[i] : -1)) return false;
    if (exists && candidates.logits[i] != row[ids[i]]) return false;
  }
  double sum = 0;
  for (const float x : row) sum += std::exp(double{x} - double{candidates.maximum});
  return candidates.maximum == row[ids.front()] &&
         std::abs(candidates.log_sum - std::log(sum)) < 1e-5;
}

// The logits of a pass are there, whole and the largest alike, after others have run.
void kept_logits(Trial& t) {
  Sequence a = t.start(45, 2), b = t.start(46, 6);
  Trial::Step step = t.make_step();
  t.begin(step, {{&a, 2}}, PassKind::kDecode);
  t.run_layers(step);
  KeptLogits& kept = *t.model.kept_logits();
  std::vector<LogitCandidates> candidates(2);
  require(kept.candidates(*step.pass, candidates, t.interrupt), "candidates were not had");
  t.prefill(b, 4);
  t.decode(b, 2);
  std::vector<float> row(t.model.config().vocabulary);
  for (const size_t i : {1, 0}) {
    kept.logits_row(*step.pass, i, row.data());
    require(are_largest(candidates[i], row), "candidates are not the largest logits of the row");
  }
  t.finish(step);
}

// A step that is interrupted wherever it can be, and goes on.
void interrupted(Trial& t) {
  Sequence s = t.start(50, 22);
  Trial::Step step = t.make_step();
  size_t seen = 0;
  const auto again = [&](auto&& run) {
    t.interrupt = true;
    while (!run()) {
      ++seen;
      t.interrupt = false;
    }
    t.interrupt = false;
  };
  t.begin(step, {{&s, 20}}, PassKind::kPrefill);
  for (size_t layer = 0; layer < t.model.config().layers; ++layer) {
    // Where the host has experts, once more while it computes them.
    bool once = true;
    if (t.host_experts != nullptr)
      t.host_experts->before_run = [&] { t.interrupt = std::exchange(once, false); };
    again([&] { return t.run_layer(step, layer); });
    if (t.host_experts != nullptr) t.host_experts->before_run = nullptr;
  }
  again([&] { return t.read_logits(step); });
  t.compare(step);
  require(seen > t.model.config().layers, "an interrupt was not seen");
  t.decode(s, 2);
}

// The same token over and over asks for the same experts: those that the device lacks move in, and
// what they say stays right. Only where the host has experts.
void moving_experts(Trial& t) {
  if (t.host_experts == nullptr) return;
  constexpr size_t kEnoughPasses = 64;
  Sequence s = t.start(60, 60);
  std::fill(s.text.begin(), s.text.end(), s.text.front());
  t.prefill(s, 40);
  const auto before = t.host_experts->slots();
  Trial::Step step = t.make_step();
  for (size_t i = 0; i < kEnoughPasses; ++i) t.begin(step, {{&s, 1}}, PassKind::kDecode);
  t.prefill(s, 18);
  t.decode(s, 2);
  const auto& after = t.host_experts->slots();
  const bool has_slots =
      std::ranges::any_of(before.begin()->second, [](int32_t i) { return i >= 0; });
  require(has_slots == (before != after), "experts did not move, or without a slot to move to");
}

struct SwapCase {
  std::vector<uint32_t> visits;
  std::vector<int32_t> slots;
  size_t in, out;  // the same: no swap
};

// Which experts change places, as a table; needs no device.
void expert_swaps(Trial& t) {
  const SwapCase cases[] = {
      {{0, 0, 0, 0}, {0, 1, -1, -1}, 0, 0},      // nothing was chosen
      {{0, 5, 7, 6}, {0, 1, -1, -1}, 0, 0},      // too seldom to tell
      {{0, 5, 7, 8}, {0, 1, -1, -1}, 3, 0},      // just often enough
      {{20, 15, 31, 29}, {0, 1, -1, -1}, 2, 1},  // the best for the worst
      {{20, 15, 29, 29}, {0, 1, -1, -1}, 0, 0},  // not twice as often
      {{9, 9, 40, 40}, {-1, 0, -1, 1}, 2, 1},    // slots that have moved before
      {{9, 9, 40, 40}, {-1, -1, -1, -1}, 0, 0},  // no slots
      {{9, 0, 40, 40}, {0, 1, 2, 3}, 0, 0},      // nobody waits
  };
  for (const SwapCase& c : cases) {
    const cuda::ExpertSwap swap = cuda::best_swap(c.visits, c.slots);
    const bool right = c.in == c.out ? swap.in == swap.out : swap.in == c.in && swap.out == c.out;
    t.result.rows += 1;
    t.result.different += !right;
  }
}

constexpr Scenario kScenarios[] = {{"brief", brief},
                                   {"short prompt", short_prompt},
                                   {"long prompt", long_prompt},
                                   {"odd chunks", odd_chunks},
                                   {"one by one", one_by_one},
                                   {"resumed", resumed},
                                   {"forked", forked},
                                   {"batches", batches},
                                   {"abandoned", abandoned},
                                   {"interleaved", interleaved},
                                   {"kept logits", kept_logits},
                                   {"interrupted", interrupted},
                                   {"moving experts", moving_experts},
                                   {"expert swaps", expert_swaps}};

}  // namespace

std::span<const Scenario> scenarios() {
  return kScenarios;
}

}  // namespace lacuna::model_check
