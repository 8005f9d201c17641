#include "matvec.h"

#include <algorithm>

#include "cases/int16.h"
#include "cases/weights.h"

namespace lacuna::cases {
namespace {

struct Shape {
  uint32_t rows, columns, tokens;
};

cuda::Grid grid_of(const Shape& s, uint32_t rows_per_block) {
  return {(s.rows + rows_per_block - 1) / rows_per_block,
          (s.tokens + kernels::kMatvecTokens - 1) / kernels::kMatvecTokens};
}

// The largest difference as a share of what the products of a row add up to when their signs are
// random: a sum may be near zero, its error is not smaller for that.
double error_share(const std::vector<float>& actual, const std::vector<float>& w,
                   const std::vector<float>& x, const Shape& s) {
  double largest = 0, squares = 0;
  for (uint32_t t = 0; t < s.tokens; ++t) {
    for (uint32_t r = 0; r < s.rows; ++r) {
      double sum = 0;
      for (uint32_t k = 0; k < s.columns; ++k) {
        const double product = static_cast<double>(w[size_t{r} * s.columns + k]) *
                               static_cast<double>(x[size_t{t} * s.columns + k]);
        sum += product;
        squares += product * product;
      }
      const double difference = std::abs(static_cast<double>(actual[t * s.rows + r]) - sum);
      if (!(difference <= largest)) largest = difference;
    }
  }
  return largest / std::sqrt(squares / s.rows / s.tokens);
}

template <class Params>
std::vector<float> run(const Bench& bench, const std::string& name, cuda::Grid grid,
                       size_t dynamic_shared, Params p, const Shape& s) {
  const cuda::DeviceBuffer out = bench.empty(size_t{s.rows} * s.tokens * sizeof(float));
  p.rows = s.rows;
  p.columns = s.columns;
  p.tokens = s.tokens;
  p.out = out.as<float>();
  p.out_stride = s.rows;
  cuda::Kernel<Params>(bench.library, name, dynamic_shared)
      .launch(bench.stream, grid, kernels::kMatvecThreads, dynamic_shared, p);
  return bench.download<float>(out);
}

double check_quantized(const Bench& bench, TensorType type, const Shape& s) {
  Random random(s.columns + s.rows);
  const std::vector<uint8_t> blocks = random_blocks(random, type, size_t{s.rows} * s.columns);
  const std::vector<float> x = random.numbers(size_t{s.tokens} * s.columns);
  const cuda::DeviceBuffer weights = bench.upload(blocks);
  const Int16Buffers fixed(bench, x, s.columns);
  kernels::MatvecParams p{};
  p.weights = weights.as<const uint8_t>();
  p.row_bytes = static_cast<uint32_t>(row_bytes(type, s.columns));
  p.x = fixed.rows();
  const TensorTypeTraits& traits = *tensor_type_traits(type);
  const size_t shared =
      kernels::matvec_shared_bytes(traits.block_elements, traits.block_bytes, s.tokens);
  const std::string name = "matvec_" + lower_name(type);
  const auto actual = run(bench, name, grid_of(s, kernels::kMatvecRows), shared, p, s);
  return error_share(actual, dequantized(type, blocks), x, s);
}

double check_floats(const Bench& bench, TensorType type, const Shape& s) {
  Random random(s.columns + s.rows);
  const std::vector<uint8_t> blocks = random_blocks(random, type, size_t{s.rows} * s.columns);
  const std::vector<float> x = random.numbers(size_t{s.tokens} * s.columns);
  const cuda::DeviceBuffer weights = bench.upload(blocks), input = bench.upload(x);
  kernels::MatvecFloatParams p{};
  p.weights = weights.as<const char>();
  p.x = input.as<const float>();
  p.x_stride = s.columns;
  const auto actual =
      run(bench, "matvec_" + lower_name(type), grid_of(s, kernels::kMatvecThreads / 32), 0, p, s);
  return error_share(actual, dequantized(type, blocks), x, s);
}

// A token's result must have the same bits whatever else is in the launch.
double check_alone(const Bench& bench, TensorType type) {
  const Shape together{13, 512, 11}, alone{13, 512, 1};
  Random random(1);
  const std::vector<uint8_t> blocks = random_blocks(random, type, 13 * 512);
  const std::vector<float> x = random.numbers(11 * 512);
  const cuda::DeviceBuffer weights = bench.upload(blocks);
  kernels::MatvecParams p{};
  p.weights = weights.as<const uint8_t>();
  p.row_bytes = static_cast<uint32_t>(row_bytes(type, 512));
  const TensorTypeTraits& traits = *tensor_type_traits(type);
  const auto multiply = [&](const std::vector<float>& input, const Shape& s) {
    const Int16Buffers fixed(bench, input, s.columns);
    p.x = fixed.rows();
    return run(bench, "matvec_" + lower_name(type), grid_of(s, kernels::kMatvecRows),
               kernels::matvec_shared_bytes(traits.block_elements, traits.block_bytes, s.tokens), p,
               s);
  };
  const std::vector<float> all = multiply(x, together);
  double differences = 0;
  for (uint32_t t = 0; t < 11; ++t) {
    const std::vector<float> one =
        multiply({x.begin() + t * 512, x.begin() + (t + 1) * 512}, alone);
    differences += !std::equal(one.begin(), one.end(), all.begin() + t * 13);
  }
  return differences;
}

std::string text(const Shape& s) {
  return std::to_string(s.rows) + " × " + std::to_string(s.columns) + ", " +
         std::to_string(s.tokens) + " tokens";
}

}  // namespace

void add_matvec_cases(std::vector<Case>& cases) {
  for (const TensorType type : kQuantizedTypes) {
    const bool super = tensor_type_traits(type)->block_elements == 256;
    std::vector<Shape> shapes{{7, 256, 1}, {33, 2048, 1}, {9, 2816, 3}, {8, 768, 9}};
    if (super) {
      shapes.push_back({3, 10752, 1});
    } else {
      shapes.insert(shapes.end(), {{1, 32, 1}, {5, 1408, 2}, {3, 10944, 1}, {17, 576, 16}});
    }
    for (const Shape& s : shapes) {
      cases.push_back({"matvec_" + lower_name(type) + ", " + text(s), 1e-3,
                       [=](const Bench& bench) { return check_quantized(bench, type, s); },
                       s.rows * row_bytes(type, s.columns) + s.tokens * s.columns * 9 / 4});
    }
    cases.push_back({"matvec_" + lower_name(type) + ", tokens alone and together", 0,
                     [=](const Bench& bench) { return check_alone(bench, type); }});
  }
  for (const TensorType type : kFloatTypes) {
    const Shape shapes[] = {{7, 577, 1}, {1, 1, 1}, {33, 2048, 1}, {5, 1408, 9}, {3, 96, 2}};
    for (const Shape& s : shapes) {
      cases.push_back({"matvec_" + lower_name(type) + ", " + text(s), 1e-5,
                       [=](const Bench& bench) { return check_floats(bench, type, s); }});
    }
  }
}

}  // namespace lacuna::cases
