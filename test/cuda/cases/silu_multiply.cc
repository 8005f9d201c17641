#include "silu_multiply.h"

#include "cases/case.h"
#include "cases/int16.h"

namespace lacuna::cases {
namespace {

struct Shape {
  uint32_t rows, columns;
  bool fixed;   // 16-bit rows wanted as well
  bool hybrid;  // every third row belongs to an expert that is elsewhere
};

double check(const Bench& bench, const Shape& s) {
  Random random(s.columns);
  const size_t count = size_t{s.rows} * s.columns;
  const std::vector<float> gate = random.numbers(count, 12), up = random.numbers(count, 2);
  const cuda::DeviceBuffer gate_buffer = bench.upload(gate), up_buffer = bench.upload(up);
  // What is not computed here must stay.
  constexpr float kLeft = 5;
  const cuda::DeviceBuffer out = bench.upload(std::vector<float>(count, kLeft));
  const Int16Buffers fixed(bench, s.fixed ? s.rows : 0, s.columns);
  std::vector<uint32_t> chosen;
  for (uint32_t r = 0; r < s.rows; ++r) chosen.push_back(r % 3);
  const cuda::DeviceBuffer chosen_buffer = bench.upload(chosen);
  const cuda::DeviceBuffer slots = bench.upload(std::vector<int32_t>{1, -1, 0});
  kernels::SiluMultiplyParams p{};
  p.gate = gate_buffer.as<const float>();
  p.up = up_buffer.as<const float>();
  p.out = out.as<float>();
  p.rows = fixed.rows();
  p.columns = s.columns;
  if (s.hybrid) p.placement = {chosen_buffer.as<const uint32_t>(), slots.as<const int32_t>()};
  cuda::Kernel<kernels::SiluMultiplyParams>(bench.library, "silu_multiply")
      .launch(
          bench.stream,
          {(s.columns + kernels::kSiluMultiplyColumns - 1) / kernels::kSiluMultiplyColumns, s.rows},
          kernels::kSiluMultiplyThreads, 0, p);
  std::vector<double> expected;
  for (size_t i = 0; i < count; ++i) {
    const bool left = s.hybrid && chosen[i / s.columns] == 1;
    const double g = double{gate[i]};
    expected.push_back(left ? double{kLeft} : g / (1 + std::exp(-g)) * double{up[i]});
  }
  double error = relative_error(bench.download<float>(out), expected);
  // Sixteen bits are exact to 2^-16 of a group's largest value.
  if (s.fixed) error = std::max(error, relative_error(fixed.values(bench), expected) / 100);
  return error;
}

}  // namespace

void add_silu_multiply_cases(std::vector<Case>& cases) {
  const Shape shapes[] = {{1, 1, false, false},   {2, 7, false, true},    {3, 577, false, false},
                          {1, 1408, true, false}, {6, 1408, false, true}, {2, 10944, true, false},
                          {64, 32, true, false},  {7, 1024, true, false}, {1, 1025, false, false}};
  for (const Shape& s : shapes) {
    cases.push_back({"silu_multiply of " + std::to_string(s.rows) + " rows of " +
                         std::to_string(s.columns) + (s.hybrid ? ", some elsewhere" : ""),
                     1e-6, [s](const Bench& bench) { return check(bench, s); },
                     uint64_t{2} * s.rows * s.columns * sizeof(float)});
  }
}

}  // namespace lacuna::cases
