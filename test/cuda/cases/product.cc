#include "cases/product.h"

#include <algorithm>
#include <limits>

namespace lacuna::cases {
namespace {

constexpr float kUntouched = 1234;  // in what no kernel may write

bool quantized(const TensorTypeTraits& traits) {
  return traits.block_elements > 1;
}

// Of a matrix of the stack.
uint32_t least_alignment(const TensorTypeTraits& traits) {
  return quantized(traits) && traits.block_bytes % 16 != 0 ? 2 : 16;
}

uint32_t blocks_of(uint32_t count, uint32_t each) {
  return (count + each - 1) / each;
}

}  // namespace

Product::Product(const Bench& bench, const ProductFamily& family, const ProductShape& shape)
    : bench_(bench),
      family_(family),
      shape_(shape),
      traits_(*tensor_type_traits(shape.type)),
      lead_(shape.matrices == 0 ? 0 : least_alignment(traits_)),
      fixed_(bench, 0, 0) {
  Random random(shape.columns + shape.rows);
  const size_t elements = size_t{std::max(shape.matrices, 1u)} * shape.rows * shape.columns;
  for (uint32_t z = 0; z < shape.outputs; ++z) {
    std::vector<uint8_t> blocks = random_blocks(random, shape.type, elements);
    values_[z] = dequantized(shape.type, blocks);
    blocks.insert(blocks.begin(), lead_, 0xff);
    weights_[z] = bench.upload(blocks);
  }
  x_ = random.numbers(size_t{shape.tokens} * shape.columns);
  floats_ = bench.upload(x_);
  if (quantized(traits_)) fixed_ = Int16Buffers(bench, x_, shape.columns);
  for (uint32_t i = 0; i < entries(); ++i) {
    const uint32_t matrix = shape.matrices == 0 ? 0 : random.below(shape.matrices);
    matrix_of_.push_back(matrix % 3 == 1 ? matrix - 1 : matrix);
  }
}

std::vector<float> Product::run_tokens(uint32_t first, uint32_t count) const {
  return run({{}, first, count, count, blocks_of(count, family_.tokens), count});
}

std::vector<float> Product::run_list(uint32_t tile_rows) const {
  std::vector<uint32_t> order;
  std::vector<kernels::WorkTile> tiles;
  for (uint32_t m = 0; m < shape_.matrices; ++m) {
    const auto begin = static_cast<uint32_t>(order.size());
    for (uint32_t i = 0; i < entries(); ++i) {
      if (matrix_of_[i] == m) order.push_back(i);
    }
    const auto end = static_cast<uint32_t>(order.size());
    if (begin == end) tiles.push_back({m, begin, 0});
    for (uint32_t i = begin; i < end; i += tile_rows) {
      tiles.push_back({m, i, std::min(tile_rows, end - i)});
    }
  }
  const std::vector<uint32_t> tile_count{static_cast<uint32_t>(tiles.size())};
  const cuda::DeviceBuffer tiles_there = bench_.upload(tiles),
                           count_there = bench_.upload(tile_count),
                           order_there = bench_.upload(order);
  const kernels::WorkList work{tiles_there.as<kernels::WorkTile>(), count_there.as<uint32_t>(),
                               order_there.as<uint32_t>(), shape_.x_share};
  // One block more than there are tiles: the host knows only how many there may be.
  return run({work, 0, 0, entries(), tile_count[0] + 1, tile_rows});
}

std::vector<float> Product::run(const Part& part) const {
  const uint64_t first = uint64_t{part.first_token} * shape_.columns;
  if (!quantized(traits_)) {
    kernels::ProductFloatParams p{};
    p.x = floats_.as<float>(first);
    p.x_stride = shape_.columns;
    for (uint32_t z = 0; z < shape_.outputs; ++z) p.weights[z] = weights_[z].as<char>(lead_);
    return launch(p, part, family_.float_rows, 0);
  }
  kernels::ProductParams p{};
  const kernels::Int16Rows x = fixed_.rows();
  p.x = {x.high + first, x.low + first, x.groups + first / kernels::kInt16Group};
  p.row_bytes = static_cast<uint32_t>(row_bytes(shape_.type, shape_.columns));
  for (uint32_t z = 0; z < shape_.outputs; ++z) p.weights[z] = weights_[z].as<uint8_t>(lead_);
  return launch(p, part, family_.rows,
                family_.shared_bytes(traits_.block_elements, traits_.block_bytes, part.tile_rows));
}

template <class Params>
std::vector<float> Product::launch(Params p, const Part& part, uint32_t block_rows,
                                   uint32_t dynamic_shared) const {
  const uint32_t width = shape_.rows / 8 * 8 + 8;  // some are left between rows
  const std::vector<float> untouched(size_t{part.results} * width, kUntouched);
  std::vector<cuda::DeviceBuffer> outs;
  for (uint32_t z = 0; z < shape_.outputs; ++z) {
    outs.push_back(bench_.upload(untouched));
    p.out[z] = outs[z].as<float>();
  }
  p.stride = part.work.tiles == nullptr ? 0 : shape_.rows * row_bytes(shape_.type, shape_.columns);
  p.rows = shape_.rows;
  p.columns = shape_.columns;
  p.tokens = part.tokens;
  p.out_stride = width;
  p.work = part.work;
  cuda::Kernel<Params>(bench_.library, family_.prefix + lower_name(shape_.type), dynamic_shared)
      .launch(bench_.stream, {blocks_of(shape_.rows, block_rows), part.tiles, shape_.outputs},
              family_.threads, dynamic_shared, p);
  std::vector<float> results;
  for (const cuda::DeviceBuffer& out : outs) {
    const std::vector<float> rows = bench_.download<float>(out);
    for (size_t i = 0; i < rows.size(); ++i) {
      if (i % width < shape_.rows) {
        results.push_back(rows[i]);
      } else if (rows[i] != kUntouched) {
        results.back() = NAN;
      }
    }
  }
  return results;
}

double Product::error(const std::vector<float>& actual) const {
  double largest = 0, squares = 0;
  const float* result = actual.data();
  for (uint32_t z = 0; z < shape_.outputs; ++z) {
    for (uint32_t i = 0; i < entries(); ++i) {
      const float* x = &x_[size_t{i / shape_.x_share} * shape_.columns];
      const float* w = &values_[z][size_t{matrix_of_[i]} * shape_.rows * shape_.columns];
      for (uint32_t r = 0; r < shape_.rows; ++r, w += shape_.columns) {
        double sum = 0;
        for (uint32_t k = 0; k < shape_.columns; ++k) {
          const double product = static_cast<double>(w[k]) * static_cast<double>(x[k]);
          sum += product;
          squares += product * product;
        }
        const double difference = std::abs(static_cast<double>(*result++) - sum);
        if (std::isnan(difference)) return std::numeric_limits<double>::infinity();
        largest = std::max(largest, difference);
      }
    }
  }
  return largest / std::sqrt(squares / static_cast<double>(actual.size()));
}

double check_product(const Bench& bench, const ProductFamily& family, const ProductShape& shape) {
  const Product product(bench, family, shape);
  return product.error(shape.matrices == 0 ? product.run_tokens(0, shape.tokens)
                                           : product.run_list(family.tokens));
}

double check_alone(const Bench& bench, const ProductFamily& family, const ProductShape& shape) {
  const Product product(bench, family, shape);
  double differing = 0;
  if (shape.matrices > 0) {
    const std::vector<float> all = product.run_list(family.tokens);
    for (uint32_t tile_rows = 1; tile_rows < family.tokens; tile_rows += family.tokens / 8) {
      differing += product.run_list(tile_rows) != all;
    }
    return differing;
  }
  const std::vector<float> all = product.run_tokens(0, shape.tokens);
  for (uint32_t t = 0; t < shape.tokens; ++t) {
    const std::vector<float> one = product.run_tokens(t, 1);
    differing += !std::equal(one.begin(), one.end(), all.begin() + t * shape.rows);
  }
  return differing;
}

std::string text(const ProductFamily& family, const ProductShape& shape) {
  std::string text = family.prefix + lower_name(shape.type) + ", " + std::to_string(shape.rows) +
                     " × " + std::to_string(shape.columns) + ", " + std::to_string(shape.tokens) +
                     " tokens";
  if (shape.outputs == 2) text += ", two outputs";
  if (shape.matrices > 0) {
    text += ", " + std::to_string(shape.x_share) + " of " + std::to_string(shape.matrices) +
            " matrices each";
  }
  return text;
}

uint64_t least_bytes(const ProductShape& shape) {
  if (shape.matrices > 0) return 0;
  return shape.outputs * shape.rows * row_bytes(shape.type, shape.columns) +
         uint64_t{shape.tokens} * shape.columns * 9 / 4;
}

}  // namespace lacuna::cases
