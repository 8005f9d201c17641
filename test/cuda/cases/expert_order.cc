#include "expert_order.h"

#include <algorithm>

#include "cases/case.h"

namespace lacuna::cases {
namespace {

struct Shape {
  uint32_t tokens, used, experts, tile_rows;
  bool hybrid;  // some experts are elsewhere
};

// `used` different experts for each token, of which a few are visited by most.
std::vector<uint32_t> random_choices(Random& random, const Shape& s) {
  std::vector<uint32_t> chosen;
  for (uint32_t t = 0; t < s.tokens; ++t) {
    std::vector<uint32_t> of_token;
    while (of_token.size() < s.used) {
      const uint32_t range = random.below(2) == 0 ? s.experts : std::min(s.experts, 2 * s.used);
      const uint32_t e = random.below(range);
      if (std::find(of_token.begin(), of_token.end(), e) == of_token.end()) of_token.push_back(e);
    }
    std::sort(of_token.begin(), of_token.end());
    chosen.insert(chosen.end(), of_token.begin(), of_token.end());
  }
  return chosen;
}

double check(const Bench& bench, const Shape& s, const std::vector<uint32_t>& chosen) {
  std::vector<int32_t> slots(s.experts);
  int32_t next = 0;
  for (uint32_t e = 0; e < s.experts; ++e) slots[e] = e % 3 == 1 ? -1 : next++;
  const auto entries = static_cast<uint32_t>(chosen.size());
  const uint32_t here = s.hybrid ? static_cast<uint32_t>(next) : s.experts;
  const size_t most = kernels::most_tiles(entries, here, s.tile_rows);

  const cuda::DeviceBuffer chosen_buffer = bench.upload(chosen), slot_buffer = bench.upload(slots);
  const cuda::DeviceBuffer tiles = bench.upload(std::vector<kernels::WorkTile>(most));
  const cuda::DeviceBuffer order = bench.upload(std::vector<uint32_t>(entries));
  const cuda::DeviceBuffer tile_count = bench.empty(sizeof(uint32_t));
  const cuda::DeviceBuffer counts = bench.upload(std::vector<uint32_t>(s.experts, 3));
  kernels::SortByExpertParams p{};
  p.placement = {chosen_buffer.as<const uint32_t>(),
                 s.hybrid ? slot_buffer.as<const int32_t>() : nullptr};
  p.tiles = tiles.as<kernels::WorkTile>();
  p.tile_count = tile_count.as<uint32_t>();
  p.order = order.as<uint32_t>();
  p.expert_counts = counts.as<uint32_t>();
  p.entries = entries;
  p.experts = s.experts;
  p.tile_rows = s.tile_rows;
  cuda::Kernel<kernels::SortByExpertParams>(bench.library, "sort_by_expert")
      .launch(bench.stream, {1}, kernels::kSortThreads, 0, p);

  std::vector<uint32_t> expected_order, expected_counts(s.experts, 3);
  std::vector<kernels::WorkTile> expected_tiles;
  for (uint32_t e = 0; e < s.experts; ++e) {
    const auto first = static_cast<uint32_t>(expected_order.size());
    const bool absent = s.hybrid && slots[e] < 0;
    for (uint32_t i = 0; i < entries; ++i) {
      if (chosen[i] != e) continue;
      ++expected_counts[e];
      if (!absent) expected_order.push_back(i);
    }
    const auto end = static_cast<uint32_t>(expected_order.size());
    for (uint32_t i = first; i < end; i += s.tile_rows) {
      const uint32_t matrix = s.hybrid ? static_cast<uint32_t>(slots[e]) : e;
      expected_tiles.push_back({matrix, i, std::min(s.tile_rows, end - i)});
    }
  }
  double wrong = bench.download<uint32_t>(tile_count).front() != expected_tiles.size();
  wrong += expected_tiles.size() > most;
  if (wrong > 0) return wrong;
  const auto actual_tiles = bench.download<kernels::WorkTile>(tiles);
  for (size_t i = 0; i < expected_tiles.size(); ++i) {
    const auto &a = actual_tiles[i], &b = expected_tiles[i];
    wrong += a.matrix != b.matrix || a.first != b.first || a.count != b.count;
  }
  auto actual_order = bench.download<uint32_t>(order);
  actual_order.resize(expected_order.size());
  wrong += actual_order != expected_order;
  wrong += bench.download<uint32_t>(counts) != expected_counts;
  return wrong;
}

double check_random(const Bench& bench, const Shape& s) {
  Random random(s.tokens + s.experts);
  return check(bench, s, random_choices(random, s));
}

// Everyone goes to the same expert, and to it again where the router has found nothing but
// not-a-numbers.
double check_one(const Bench& bench, const Shape& s) {
  return check(bench, s, std::vector<uint32_t>(size_t{s.tokens} * s.used, s.experts - 1));
}

}  // namespace

void add_expert_order_cases(std::vector<Case>& cases) {
  const Shape shapes[] = {
      {1, 6, 64, 8, false},    {1, 1, 1, 8, false},      {2, 2, 8, 8, true},
      {7, 3, 16, 8, false},    {7, 8, 256, 1, true},     {64, 6, 64, 8, true},
      {64, 6, 160, 64, false}, {600, 8, 256, 64, true},  {600, 6, 160, 8, false},
      {65, 8, 512, 8, true},   {4096, 8, 256, 64, false}};
  for (const Shape& s : shapes) {
    const std::string text = std::to_string(s.tokens) + " tokens, " + std::to_string(s.used) +
                             " of " + std::to_string(s.experts) + " experts, tiles of " +
                             std::to_string(s.tile_rows) + (s.hybrid ? ", some elsewhere" : "");
    cases.push_back(
        {"sort_by_expert, " + text, 0, [s](const Bench& bench) { return check_random(bench, s); }});
    if (s.tokens > 600) continue;
    cases.push_back({"sort_by_expert, all to one, " + text, 0,
                     [s](const Bench& bench) { return check_one(bench, s); }});
  }
}

}  // namespace lacuna::cases
