#include "logit_candidates.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "cases/case.h"

namespace lacuna::cases {
namespace {

using kernels::kCandidates;
using kernels::LogitCandidates;

constexpr float kInfinity = std::numeric_limits<float>::infinity();

struct Shape {
  uint32_t rows, vocabulary, stride;
};

// 1 where an id or a logit is another one; else the error of the normaliser.
double difference(const LogitCandidates& actual, std::vector<float> x) {
  for (float& v : x) {
    v = std::isnan(v) ? -kInfinity : std::min(v, std::numeric_limits<float>::max());
  }
  std::vector<int32_t> ids(x.size());
  std::iota(ids.begin(), ids.end(), 0);
  std::stable_sort(ids.begin(), ids.end(), [&](int32_t a, int32_t b) { return x[a] > x[b]; });
  for (uint32_t i = 0; i < kCandidates; ++i) {
    const bool exists = i < ids.size();
    if (actual.ids[i] != (exists ? ids[i] : kernels::kNoCandidate)) return 1;
    if (actual.logits[i] != (exists ? x[ids[i]] : -kInfinity)) return 1;
  }
  const float maximum = x[ids.front()];
  if (actual.maximum != maximum) return 1;
  double sum = 0;
  for (const float v : x) {
    sum += v == maximum ? 1 : std::exp(static_cast<double>(v) - static_cast<double>(maximum));
  }
  return std::abs(static_cast<double>(actual.log_sum) - std::log(sum));
}

double check(const Bench& bench, const Shape& s, const std::vector<float>& logits) {
  const uint32_t slices = kernels::logit_slices(s.vocabulary);
  const cuda::DeviceBuffer logit_buffer = bench.upload(logits);
  const cuda::DeviceBuffer of_slices =
      bench.empty(size_t{s.rows} * slices * sizeof(kernels::LogitSlice));
  const cuda::DeviceBuffer out = bench.empty(s.rows * sizeof(LogitCandidates));
  const kernels::LogitCandidatesParams p{logit_buffer.as<const float>(),
                                         of_slices.as<kernels::LogitSlice>(),
                                         out.as<LogitCandidates>(), s.vocabulary, s.stride};
  using Kernel = cuda::Kernel<kernels::LogitCandidatesParams>;
  Kernel(bench.library, "slice_logits")
      .launch(bench.stream, {slices, s.rows}, kernels::kLogitCandidatesThreads, 0, p);
  Kernel(bench.library, "merge_logit_slices")
      .launch(bench.stream, {s.rows}, kernels::kLogitCandidatesThreads, 0, p);
  const auto actual = bench.download<LogitCandidates>(out);
  double error = 0;
  for (uint32_t r = 0; r < s.rows; ++r) {
    const float* row = &logits[size_t{r} * s.stride];
    error = std::max(error, difference(actual[r], {row, row + s.vocabulary}));
  }
  return error;
}

double check_random(const Bench& bench, const Shape& s) {
  Random random(s.vocabulary);
  return check(bench, s, random.numbers(size_t{s.rows} * s.stride, 20));
}

// Few different values and what a damaged model may give; the last row has nothing else.
double check_odd(const Bench& bench, const Shape& s, const std::vector<float>& odd) {
  Random random(s.vocabulary);
  std::vector<float> logits;
  for (uint32_t r = 0; r < s.rows; ++r) {
    for (uint32_t i = 0; i < s.stride; ++i) {
      const bool is_odd = r + 1 == s.rows || random.below(3) < r;
      logits.push_back(is_odd ? odd[random.below(static_cast<uint32_t>(odd.size()))]
                              : static_cast<float>(random.below(4)) - 2);
    }
  }
  return check(bench, s, logits);
}

// The worst case for a search that stops early: every logit larger, or smaller, than the last.
double check_ordered(const Bench& bench, const Shape& s, float step) {
  std::vector<float> logits;
  for (uint32_t i = 0; i < s.rows * s.stride; ++i) logits.push_back(static_cast<float>(i) * step);
  return check(bench, s, logits);
}

}  // namespace

void add_logit_candidates_cases(std::vector<Case>& cases) {
  const Shape shapes[] = {{1, 1, 1},       {2, 7, 8},       {3, 63, 64},
                          {1, 64, 64},     {2, 65, 65},     {7, 320, 320},
                          {1, 4096, 4096}, {2, 4097, 4100}, {1, 12801, 12801}};
  const auto add = [&](const Shape& s, const std::string& what, auto run) {
    cases.push_back({"slice_logits, " + std::to_string(s.rows) + " rows of " +
                         std::to_string(s.vocabulary) + what,
                     1e-5, run});
  };
  for (const Shape& s : shapes) {
    add(s, "", [s](const Bench& bench) { return check_random(bench, s); });
  }
  add({1, 102400, 102400}, "",
      [](const Bench& bench) { return check_random(bench, {1, 102400, 102400}); });
  for (const Shape& s : {Shape{4, 300, 300}, Shape{3, 4200, 4200}}) {
    add(s, ", ties", [s](const Bench& bench) { return check_odd(bench, s, {1}); });
    add(s, ", odd numbers",
        [s](const Bench& bench) { return check_odd(bench, s, {NAN, -kInfinity, kInfinity}); });
    add(s, ", impossible ones",
        [s](const Bench& bench) { return check_odd(bench, s, {NAN, -kInfinity}); });
    add(s, ", rising", [s](const Bench& bench) { return check_ordered(bench, s, 0.01f); });
    add(s, ", falling", [s](const Bench& bench) { return check_ordered(bench, s, -0.01f); });
  }
}

}  // namespace lacuna::cases
