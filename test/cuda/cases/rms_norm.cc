#include "rms_norm.h"
#include "cases/case.h"
#include "cases/int16.h"

namespace lacuna::cases {
namespace {

struct Shape {
  uint32_t rows, columns, stride, addends;
  bool fixed;  // 16-bit rows wanted as well
};

double check(const Bench& bench, const Shape& s) {
  Random random(s.columns + s.addends);
  std::vector<float> x = random.numbers(size_t{s.rows} * s.stride, 3);
  const std::vector<float> weight = random.numbers(s.columns);
  std::vector<std::vector<float>> addends;
  for (uint32_t a = 0; a < s.addends; ++a) {
    addends.push_back(random.numbers(size_t{s.rows} * s.columns, 2));
  }
  constexpr float kEpsilon = 1e-6f;

  const cuda::DeviceBuffer x_buffer = bench.upload(x), weight_buffer = bench.upload(weight);
  std::vector<cuda::DeviceBuffer> addend_buffers;
  for (const auto& a : addends) addend_buffers.push_back(bench.upload(a));
  const cuda::DeviceBuffer out = bench.empty(size_t{s.rows} * s.columns * sizeof(float));
  const Int16Buffers fixed(bench, s.fixed ? s.rows : 0, s.columns);
  kernels::RmsNormParams p{};
  p.x = x_buffer.as<float>();
  for (uint32_t a = 0; a < s.addends; ++a) p.addends[a] = addend_buffers[a].as<const float>();
  p.weight = weight_buffer.as<const float>();
  p.out = out.as<float>();
  p.rows = fixed.rows();
  p.columns = s.columns;
  p.x_stride = s.stride;
  p.epsilon = kEpsilon;
  cuda::Kernel<kernels::RmsNormParams>(bench.library, "rms_norm")
      .launch(bench.stream, {s.rows}, kernels::kRmsNormThreads, 0, p);

  std::vector<double> expected, expected_x(x.begin(), x.end());
  for (uint32_t r = 0; r < s.rows; ++r) {
    double squares = 0;
    for (uint32_t i = 0; i < s.columns; ++i) {
      double& v = expected_x[r * s.stride + i];
      for (const auto& a : addends) v += static_cast<double>(a[r * s.columns + i]);
      squares += v * v;
    }
    const double factor = 1 / std::sqrt(squares / s.columns + static_cast<double>(kEpsilon));
    for (uint32_t i = 0; i < s.columns; ++i) {
      expected.push_back(expected_x[r * s.stride + i] * factor * static_cast<double>(weight[i]));
    }
  }
  double error = relative_error(bench.download<float>(out), expected);
  error = std::max(error, relative_error(bench.download<float>(x_buffer), expected_x));
  // Sixteen bits are exact to 2^-16 of a group's largest value: a few times that of the mean
  // square.
  if (s.fixed) error = std::max(error, relative_error(fixed.values(bench), expected) / 100);
  return error;
}

}  // namespace

void add_rms_norm_cases(std::vector<Case>& cases) {
  const Shape shapes[] = {{1, 1, 1, 0, false},      {3, 7, 7, 1, false},
                          {2, 577, 600, 2, false},  {2, 512, 576, 0, true},
                          {1, 2048, 2048, 1, true}, {2, 1408, 1408, 2, true},
                          {1, 7168, 7168, 2, true}, {1, 8192, 8192, 0, false},
                          {5, 32, 32, 1, true},     {1, 8191, 8191, 1, false}};
  for (const Shape& s : shapes) {
    const uint64_t row = uint64_t{s.rows} * s.columns * sizeof(float);
    cases.push_back({"rms_norm of " + std::to_string(s.rows) + " rows of " +
                         std::to_string(s.columns) + ", " + std::to_string(s.addends) + " added",
                     1e-6, [s](const Bench& bench) { return check(bench, s); },
                     row * (1 + s.addends) + s.rows * s.columns * sizeof(float)});
  }
}

}  // namespace lacuna::cases
