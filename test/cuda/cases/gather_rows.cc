#include "gather_rows.h"

#include "cases/case.h"

namespace lacuna::cases {
namespace {

double check(const Bench& bench, uint32_t count, uint32_t columns, uint32_t stride) {
  constexpr uint32_t kRows = 9;
  Random random(columns);
  const std::vector<float> x = random.numbers(size_t{kRows} * stride);
  std::vector<uint32_t> rows;
  for (uint32_t i = 0; i < count; ++i) rows.push_back(random.below(kRows));
  const cuda::DeviceBuffer x_buffer = bench.upload(x), row_buffer = bench.upload(rows);
  const cuda::DeviceBuffer out = bench.empty(size_t{count} * columns * sizeof(float));
  const kernels::GatherRowsParams p{x_buffer.as<const float>(), row_buffer.as<const uint32_t>(),
                                    out.as<float>(), columns, stride};
  cuda::Kernel<kernels::GatherRowsParams>(bench.library, "gather_rows")
      .launch(bench.stream,
              {(columns + kernels::kGatherRowsColumns - 1) / kernels::kGatherRowsColumns, count},
              kernels::kGatherRowsThreads, 0, p);
  std::vector<double> expected;
  for (const uint32_t row : rows) {
    const float* begin = &x[size_t{row} * stride];
    expected.insert(expected.end(), begin, begin + columns);
  }
  return relative_error(bench.download<float>(out), expected);
}

}  // namespace

void add_gather_rows_cases(std::vector<Case>& cases) {
  const uint32_t shapes[][3] = {{1, 1, 1},       {2, 7, 9},     {7, 577, 577},  {64, 96, 128},
                                {3, 2048, 2048}, {600, 32, 32}, {2, 7168, 7168}};
  for (const auto& [count, columns, stride] : shapes) {
    cases.push_back({"gather_rows of " + std::to_string(count) + " rows of " +
                         std::to_string(columns) + ", " + std::to_string(stride) + " apart",
                     0, [count = count, columns = columns, stride = stride](const Bench& bench) {
                       return check(bench, count, columns, stride);
                     }});
  }
}

}  // namespace lacuna::cases
