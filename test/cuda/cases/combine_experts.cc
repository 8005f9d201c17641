#include "combine_experts.h"

#include "cases/case.h"

namespace lacuna::cases {
namespace {

struct Shape {
  uint32_t tokens, used, columns;
  bool hybrid;  // an expert in three is elsewhere, and its rows were never written
};

double check(const Bench& bench, const Shape& s) {
  constexpr uint32_t kExperts = 9;
  Random random(s.columns + s.used);
  const uint32_t entries = s.tokens * s.used;
  std::vector<uint32_t> chosen;
  for (uint32_t i = 0; i < entries; ++i) chosen.push_back(random.below(kExperts));
  std::vector<int32_t> slots;
  for (int32_t e = 0; e < int32_t{kExperts}; ++e) slots.push_back(e % 3 == 2 ? -1 : e);
  const std::vector<float> weights = random.numbers(entries);
  const std::vector<float> y = random.numbers(size_t{entries} * s.columns);

  const cuda::DeviceBuffer chosen_buffer = bench.upload(chosen), slot_buffer = bench.upload(slots);
  const cuda::DeviceBuffer weight_buffer = bench.upload(weights), y_buffer = bench.upload(y);
  const cuda::DeviceBuffer out = bench.empty(size_t{s.tokens} * s.columns * sizeof(float));
  kernels::CombineExpertsParams p{};
  p.y = y_buffer.as<const float>();
  p.weights = weight_buffer.as<const float>();
  p.out = out.as<float>();
  p.used = s.used;
  p.columns = s.columns;
  if (s.hybrid) p.placement = {chosen_buffer.as<const uint32_t>(), slot_buffer.as<const int32_t>()};
  cuda::Kernel<kernels::CombineExpertsParams>(bench.library, "combine_experts")
      .launch(bench.stream,
              {(s.columns + kernels::kCombineExpertsColumns - 1) / kernels::kCombineExpertsColumns,
               s.tokens},
              kernels::kCombineExpertsThreads, 0, p);
  std::vector<double> expected(size_t{s.tokens} * s.columns);
  for (uint32_t i = 0; i < entries; ++i) {
    if (s.hybrid && slots[chosen[i]] < 0) continue;
    for (uint32_t c = 0; c < s.columns; ++c) {
      expected[size_t{i / s.used} * s.columns + c] +=
          double{weights[i]} * double{y[size_t{i} * s.columns + c]};
    }
  }
  return relative_error(bench.download<float>(out), expected);
}

}  // namespace

void add_combine_experts_cases(std::vector<Case>& cases) {
  const Shape shapes[] = {{1, 6, 2048, false}, {1, 1, 1, false},   {2, 2, 7, true},
                          {7, 3, 577, false},  {7, 8, 1028, true}, {64, 6, 96, true},
                          {3, 8, 7168, false}};
  for (const Shape& s : shapes) {
    cases.push_back({"combine_experts of " + std::to_string(s.tokens) + " tokens, " +
                         std::to_string(s.used) + " rows of " + std::to_string(s.columns) +
                         " each" + (s.hybrid ? ", some elsewhere" : ""),
                     1e-6, [s](const Bench& bench) { return check(bench, s); }});
  }
}

}  // namespace lacuna::cases
