// Decompressed attention, slice by slice, compared with the formula.
#include "mla_prefill.h"

#include <algorithm>

#include "cases/case.h"
#include "cases/paged_cache.h"

namespace lacuna::cases {
namespace {

struct Prefill {
  CacheShape shape;
  uint32_t heads, nope, value;
  uint32_t first_position, rows;
  uint32_t slice;  // keys of one launch
};

// Of all positions up to the last row's.
struct PrefillInput {
  std::vector<float> q, keys, values;
};

std::vector<double> reference(const Prefill& s, const PagedCache& cache,
                              const PrefillInput& input) {
  const uint32_t query = s.nope + s.shape.rope;
  std::vector<double> out(size_t{s.rows} * s.heads * s.value);
  for (size_t r = 0; r < size_t{s.rows} * s.heads; ++r) {
    const size_t position = s.first_position + r / s.heads, head = r % s.heads;
    std::vector<double> weights;
    double largest = -INFINITY, sum = 0;
    for (uint32_t t = 0; t <= position; ++t) {
      double score = 0;
      for (uint32_t i = 0; i < query; ++i) {
        const double key = i < s.nope ? double{input.keys[(t * s.heads + head) * s.nope + i]}
                                      : cache.value(1, t, s.shape.rank + i - s.nope);
        score += double{input.q[r * query + i]} * key;
      }
      weights.push_back(score);
      largest = std::max(largest, score);
    }
    for (double& w : weights) sum += w = std::exp(w - largest);
    for (uint32_t t = 0; t <= position; ++t) {
      for (uint32_t i = 0; i < s.value; ++i) {
        out[r * s.value + i] +=
            weights[t] / sum * double{input.values[(t * s.heads + head) * s.value + i]};
      }
    }
  }
  return out;
}

double check(const Bench& bench, const Prefill& s) {
  Random random(s.rows + s.first_position);
  const uint32_t length = s.first_position + s.rows;
  const PagedCache cache(bench, random, s.shape, {3, length});
  // Scores of a few units, so that some positions count and others do not.
  const float scale = 3 / std::sqrt(static_cast<float>(s.nope + s.shape.rope));
  const PrefillInput input{
      random.numbers(size_t{s.rows} * s.heads * (s.nope + s.shape.rope), scale),
      random.numbers(size_t{length} * s.heads * s.nope, 2),
      random.numbers(size_t{length} * s.heads * s.value, 2)};
  const cuda::DeviceBuffer q = bench.upload(input.q),
                           out = bench.empty(size_t{s.rows} * s.heads * s.value * sizeof(float)),
                           states = bench.empty(kernels::mla_states_bytes(s.rows, s.heads));
  const uint32_t shared =
      kernels::mla_prefill_shared_bytes(s.shape.value_bytes(), s.nope, s.shape.rope, s.value);
  const cuda::Kernel<kernels::MlaPrefillParams> kernel(
      bench.library, std::string("mla_prefill") + s.shape.suffix(), shared);
  for (uint32_t first = 0; first < length; first += s.slice) {
    // Each slice in memory of its own, as long as it is.
    const uint32_t count = std::min(s.slice, length - first);
    const auto part = [&](const std::vector<float>& values, size_t each) {
      const auto begin = values.begin() + static_cast<ptrdiff_t>(first * each);
      return bench.upload(std::vector(begin, begin + static_cast<ptrdiff_t>(count * each)));
    };
    const cuda::DeviceBuffer keys = part(input.keys, size_t{s.heads} * s.nope),
                             values = part(input.values, size_t{s.heads} * s.value);
    kernel.launch(
        bench.stream, {kernels::mla_prefill_row_tiles(s.rows), s.heads},
        kernels::kMlaPrefillThreads, shared,
        {q.as<const float>(), keys.as<const float>(), values.as<const float>(), cache.view(),
         cache.pages(1), out.as<float>(), states.as<kernels::SoftmaxState>(), s.rows,
         s.first_position, first, count, s.heads, s.nope, s.shape.rope, s.value, s.shape.rank});
    bench.stream.synchronize();
  }
  return relative_error(bench.download<float>(out), reference(s, cache, input));
}

}  // namespace

void add_mla_prefill_cases(std::vector<Case>& cases) {
  for (const bool halves : {true, false}) {
    const CacheShape tiny{halves, 64, 16}, lite{halves, 512, 64};
    const Prefill prefills[] = {
        {tiny, 8, 32, 32, 0, 1, 64},     {tiny, 2, 32, 32, 63, 2, 64},
        {tiny, 2, 32, 32, 0, 65, 1000},  {tiny, 1, 32, 32, 7, 200, 64},
        {tiny, 1, 32, 32, 200, 70, 100}, {{halves, 80, 48}, 3, 16, 112, 64, 17, 37},
        {lite, 2, 128, 128, 30, 33, 48},
    };
    for (const Prefill& s : prefills) {
      cases.push_back(
          {std::string("mla_prefill") + s.shape.suffix() + " of " + std::to_string(s.rows) +
               " rows from " + std::to_string(s.first_position) + ", " + std::to_string(s.heads) +
               " heads of " + std::to_string(s.nope) + ", " + std::to_string(s.shape.rope) +
               " and " + std::to_string(s.value) + ", by " + std::to_string(s.slice),
           halves ? 2e-3 : 2e-5, [s](const Bench& bench) { return check(bench, s); }});
    }
  }
}

}  // namespace lacuna::cases
