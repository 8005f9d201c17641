// Into the cache and out of it, and queries before they meet it.
#include "append_latent.h"
#include "cases/case.h"
#include "cases/int16.h"
#include "cases/paged_cache.h"
#include "gather_latent.h"
#include "prepare_queries.h"

namespace lacuna::cases {
namespace {

struct Append {
  CacheShape shape;
  std::vector<uint32_t> positions, sequences;
};

double check_append(const Bench& bench, const Append& a) {
  Random random(a.shape.rank + a.positions.size());
  std::vector<uint32_t> lengths(3);
  for (size_t r = 0; r < a.positions.size(); ++r) {
    if (a.positions[r] == kernels::kNoPosition) continue;
    uint32_t& length = lengths[a.sequences[r]];
    length = std::max(length, a.positions[r]);
  }
  const PagedCache cache(bench, random, a.shape, lengths);
  const PlacedRows placed(bench, random, cache, a.shape.rope, a.positions, a.sequences);
  const uint32_t width = a.shape.width(), stride = width + 8;
  const auto rows = static_cast<uint32_t>(a.positions.size());
  const std::vector<float> kv = random.numbers(size_t{rows} * stride, 3),
                           weight = random.numbers(a.shape.rank, 2);
  constexpr float kEpsilon = 1e-6f;
  const std::vector<float> before = cache.download(bench);

  const cuda::DeviceBuffer kv_buffer = bench.upload(kv), weight_buffer = bench.upload(weight);
  cuda::Kernel<kernels::AppendLatentParams>(bench.library,
                                            std::string("append_latent") + a.shape.suffix())
      .launch(bench.stream, {rows}, kernels::kAppendLatentThreads, 0,
              {kv_buffer.as<const float>(), stride, weight_buffer.as<const float>(), kEpsilon,
               placed.rows(), cache.view(), a.shape.rank, a.shape.rope});

  std::vector<float> after = cache.download(bench), actual;
  std::vector<double> expected;
  for (uint32_t r = 0; r < rows; ++r) {
    if (a.positions[r] == kernels::kNoPosition) continue;
    const float* x = kv.data() + r * stride;
    double squares = 0;
    for (uint32_t i = 0; i < a.shape.rank; ++i) squares += double{x[i]} * double{x[i]};
    const double factor = 1 / std::sqrt(squares / a.shape.rank + double{kEpsilon});
    float* of_row = after.data() + cache.row(a.sequences[r], a.positions[r]) * width;
    for (uint32_t i = 0; i < width; ++i) {
      actual.push_back(of_row[i]);
      expected.push_back(i < a.shape.rank ? double{x[i]} * factor * double{weight[i]}
                                          : placed.turned(r, i - a.shape.rank, x + a.shape.rank));
    }
    // As it was, so that the rest can be compared.
    const size_t at = static_cast<size_t>(of_row - after.data());
    std::copy_n(before.begin() + static_cast<ptrdiff_t>(at), width, of_row);
  }
  if (std::memcmp(after.data(), before.data(), after.size() * sizeof(float)) != 0) return INFINITY;
  return relative_error(actual, expected);
}

struct Queries {
  uint32_t rows, heads, nope, rope;
  bool fixed;  // 16-bit rows wanted as well
};

double check_queries(const Bench& bench, const Queries& s) {
  Random random(s.heads + s.nope);
  const PagedCache cache(bench, random, {true, 16, s.rope}, {1});
  const std::vector<uint32_t> zeros(s.rows);
  const PlacedRows placed(bench, random, cache, s.rope, zeros, zeros);
  const uint32_t width = s.nope + s.rope;
  const std::vector<float> q = random.numbers(size_t{s.rows} * s.heads * width, 4);
  constexpr float kScale = 0.1147f;
  const cuda::DeviceBuffer buffer = bench.upload(q);
  const Int16Buffers fixed(bench, s.fixed ? size_t{s.rows} * s.heads : 0, s.nope);
  cuda::Kernel<kernels::PrepareQueriesParams>(bench.library, "prepare_queries")
      .launch(bench.stream, {kernels::prepare_queries_blocks(s.heads), s.rows},
              kernels::kPrepareQueriesThreads, 0,
              {buffer.as<float>(), fixed.rows(), placed.rows(), s.heads, s.nope, s.rope, kScale});
  std::vector<double> expected, nope;
  for (uint32_t r = 0; r < s.rows * s.heads; ++r) {
    const float* x = q.data() + r * width;
    for (uint32_t i = 0; i < width; ++i) {
      const double value =
          i < s.nope ? double{x[i]} : placed.turned(r / s.heads, i - s.nope, x + s.nope);
      expected.push_back(value * double{kScale});
      if (i < s.nope) nope.push_back(expected.back());
    }
  }
  const double error = relative_error(bench.download<float>(buffer), expected);
  if (!s.fixed) return error;
  return std::max(error, relative_error(fixed.values(bench), nope) / 100);
}

struct Gather {
  CacheShape shape;
  uint32_t first, count;
  bool fixed;
};

double check_gather(const Bench& bench, const Gather& g) {
  Random random(g.shape.rank + g.first);
  const PagedCache cache(bench, random, g.shape, {70, g.first + g.count});
  const cuda::DeviceBuffer out = bench.empty(size_t{g.count} * g.shape.rank * sizeof(float));
  const Int16Buffers fixed(bench, g.fixed ? g.count : 0, g.shape.rank);
  cuda::Kernel<kernels::GatherLatentParams>(bench.library,
                                            std::string("gather_latent") + g.shape.suffix())
      .launch(bench.stream, {kernels::gather_latent_blocks(g.count)}, kernels::kGatherLatentThreads,
              0,
              {cache.view(), cache.pages(1), g.first, g.count, out.as<float>(), fixed.rows(),
               g.shape.rank});
  std::vector<double> expected;
  for (uint32_t r = 0; r < g.count; ++r) {
    for (uint32_t i = 0; i < g.shape.rank; ++i) expected.push_back(cache.value(1, g.first + r, i));
  }
  const double error = relative_error(bench.download<float>(out), expected);
  if (!g.fixed) return error;
  return std::max(error, relative_error(fixed.values(bench), expected) / 1000);
}

}  // namespace

void add_latent_cache_cases(std::vector<Case>& cases) {
  for (const bool halves : {true, false}) {
    const double half_error = halves ? 2e-3 : 1e-6;
    const Append appends[] = {{{halves, 64, 16}, {0}, {0}},
                              {{halves, 512, 64}, {63, 64, kernels::kNoPosition, 7}, {0, 0, 1, 2}},
                              {{halves, 80, 48}, {1, 200, 65, 64, 199}, {1, 0, 2, 2, 0}}};
    for (const Append& a : appends) {
      const std::string name = std::string("append_latent") + a.shape.suffix() + " of " +
                               std::to_string(a.positions.size()) + " rows, rank " +
                               std::to_string(a.shape.rank);
      cases.push_back(
          {name, half_error, [a](const Bench& bench) { return check_append(bench, a); }});
    }
    const Gather gathers[] = {{{halves, 64, 16}, 0, 1, true},
                              {{halves, 512, 64}, 60, 10, true},
                              {{halves, 80, 16}, 63, 131, false}};
    for (const Gather& g : gathers) {
      const std::string name = std::string("gather_latent") + g.shape.suffix() + " of " +
                               std::to_string(g.count) + " from " + std::to_string(g.first);
      cases.push_back({name, 1e-6, [g](const Bench& bench) { return check_gather(bench, g); }});
    }
  }
  for (const Queries& s : {Queries{1, 8, 32, 16, true}, Queries{3, 16, 128, 64, true},
                           Queries{2, 1, 48, 16, false}, Queries{2, 7, 96, 32, true}}) {
    cases.push_back({"prepare_queries of " + std::to_string(s.rows) + " rows, " +
                         std::to_string(s.heads) + " heads of " + std::to_string(s.nope) + " and " +
                         std::to_string(s.rope),
                     1e-6, [s](const Bench& bench) { return check_queries(bench, s); }});
  }
}

}  // namespace lacuna::cases
