#include "cases/int16.h"

#include "quantize_rows.h"

namespace lacuna::cases {

Int16Buffers::Int16Buffers(const Bench& bench, size_t rows, size_t columns) {
  if (rows == 0) return;
  high_ = bench.empty(rows * columns);
  low_ = bench.empty(rows * columns);
  groups_ = bench.empty(rows * columns / kernels::kInt16Group * sizeof(kernels::Int16Group));
}

Int16Buffers::Int16Buffers(const Bench& bench, const std::vector<float>& x, size_t columns)
    : Int16Buffers(bench, x.size() / columns, columns) {
  const cuda::DeviceBuffer input = bench.upload(x);
  const auto width = static_cast<uint32_t>(columns);
  const kernels::QuantizeRowsParams p{input.as<const float>(), rows(), width, width};
  cuda::Kernel<kernels::QuantizeRowsParams>(bench.library, "quantize_rows")
      .launch(bench.stream,
              {(width + kernels::kQuantizeRowsColumns - 1) / kernels::kQuantizeRowsColumns,
               static_cast<uint32_t>(x.size() / columns)},
              kernels::kQuantizeRowsThreads, 0, p);
  bench.stream.synchronize();
}

kernels::Int16Rows Int16Buffers::rows() const {
  return {high_.as<int8_t>(), low_.as<uint8_t>(), groups_.as<kernels::Int16Group>()};
}

std::vector<float> Int16Buffers::values(const Bench& bench) const {
  const std::vector<int8_t> high = bench.download<int8_t>(high_);
  const std::vector<uint8_t> low = bench.download<uint8_t>(low_);
  const auto groups = bench.download<kernels::Int16Group>(groups_);
  std::vector<float> values(high.size());
  std::vector<int32_t> sums(groups.size());
  for (size_t i = 0; i < values.size(); ++i) {
    const int n = 256 * high[i] + low[i];
    values[i] = groups[i / kernels::kInt16Group].scale * static_cast<float>(n);
    sums[i / kernels::kInt16Group] += n;
  }
  for (size_t g = 0; g < groups.size(); ++g) {
    if (sums[g] != groups[g].sum) values[g * kernels::kInt16Group] = NAN;
  }
  return values;
}

}  // namespace lacuna::cases
