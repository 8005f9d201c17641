#include "e4m3.h"

#include <algorithm>

#include "cases/case.h"

namespace lacuna::cases {
namespace {

struct Shape {
  uint32_t rows, columns, tokens;
};

// 8-bit floats with their scales, and what they stand for.
struct Weights {
  uint32_t rows, columns;
  std::vector<uint8_t> bytes;  // [matrices, rows, columns]
  std::vector<float> scales;
  std::vector<double> values;
};

double e4m3_value(uint8_t bits) {
  const int exponent = bits >> 3 & 15, mantissa = bits & 7;
  const double magnitude =
      exponent == 0 ? std::ldexp(mantissa, -9) : std::ldexp(8 + mantissa, exponent - 10);
  return bits & 0x80 ? -magnitude : magnitude;
}

Weights random_weights(Random& random, uint32_t matrices, uint32_t rows, uint32_t columns) {
  constexpr uint32_t kBlock = kernels::kE4m3Block;
  const uint32_t down = (rows + kBlock - 1) / kBlock, across = (columns + kBlock - 1) / kBlock;
  Weights w{rows,
            columns,
            random.bytes(size_t{matrices} * rows * columns),
            random.numbers(size_t{matrices} * down * across, 0.01f),
            {}};
  for (uint8_t& byte : w.bytes) {
    if ((byte & 0x7f) == 0x7f) byte ^= 1;  // not a number
  }
  for (size_t i = 0; i < w.bytes.size(); ++i) {
    const size_t matrix = i / columns / rows, row = i / columns % rows, column = i % columns;
    const float scale = w.scales[(matrix * down + row / kBlock) * across + column / kBlock];
    w.values.push_back(e4m3_value(w.bytes[i]) * double{scale});
  }
  return w;
}

// The largest difference of a product, and the root mean square of what the sums are made of.
struct Error {
  double largest = 0, squares = 0;
  size_t sums = 0;

  void add(const Weights& w, uint32_t matrix, const float* x, const float* actual) {
    for (uint32_t r = 0; r < w.rows; ++r) {
      double sum = 0;
      for (uint32_t c = 0; c < w.columns; ++c) {
        const double product =
            w.values[(size_t{matrix} * w.rows + r) * w.columns + c] * double{x[c]};
        sum += product;
        squares += product * product;
      }
      const double difference = std::abs(double{actual[r]} - sum);
      if (!(difference <= largest)) largest = difference;
      ++sums;
    }
  }
  double share() const { return largest / std::sqrt(squares / static_cast<double>(sums)); }
};

// What differs between the two kernels.
struct Product {
  const char* kernel;
  uint32_t threads, rows, tokens;  // of a block
};
constexpr Product kMatvec{"matvec_e4m3", kernels::kMatvecE4m3Threads, kernels::kMatvecE4m3Rows,
                          kernels::kMatvecE4m3Tokens};
constexpr Product kGemm{"gemm_e4m3", kernels::kGemmE4m3Threads, kernels::kGemmE4m3Rows,
                        kernels::kGemmE4m3Tokens};

void launch(const Bench& bench, const Product& product, uint32_t tiles, uint32_t matrices,
            const kernels::E4m3Params& p) {
  cuda::Kernel<kernels::E4m3Params>(bench.library, product.kernel)
      .launch(bench.stream, {(p.rows + product.rows - 1) / product.rows, tiles, matrices},
              product.threads, 0, p);
}

// Two matrices, all tokens through both; rows of x and of the result are further apart than wide.
double check(const Bench& bench, const Product& product, const Shape& s) {
  Random random(s.rows + s.columns);
  const uint32_t x_stride = s.columns + 4, out_stride = s.rows + 3;
  const std::vector<float> x = random.numbers(size_t{s.tokens} * x_stride);
  const cuda::DeviceBuffer x_buffer = bench.upload(x);
  const Weights w[] = {random_weights(random, 1, s.rows, s.columns),
                       random_weights(random, 1, s.rows, s.columns)};
  std::vector<cuda::DeviceBuffer> buffers;
  kernels::E4m3Params p{};
  for (uint32_t z = 0; z < 2; ++z) {
    p.weights[z] = buffers.emplace_back(bench.upload(w[z].bytes)).as<const uint8_t>();
    p.scales[z] = buffers.emplace_back(bench.upload(w[z].scales)).as<const float>();
    const std::vector<float> zeros(size_t{s.tokens} * out_stride);
    p.out[z] = buffers.emplace_back(bench.upload(zeros)).as<float>();
  }
  p.rows = s.rows;
  p.columns = s.columns;
  p.tokens = s.tokens;
  p.x = x_buffer.as<const float>();
  p.x_stride = x_stride;
  p.out_stride = out_stride;
  launch(bench, product, (s.tokens + product.tokens - 1) / product.tokens, 2, p);
  Error error;
  for (uint32_t z = 0; z < 2; ++z) {
    const auto actual = bench.download<float>(buffers[3 * z + 2]);
    for (uint32_t t = 0; t < s.tokens; ++t) {
      error.add(w[z], 0, &x[size_t{t} * x_stride], &actual[size_t{t} * out_stride]);
    }
  }
  return error.share();
}

// A stack of matrices, tiles of odd sizes in odd order, `share` entries to a row of activations;
// tiles beyond the count must not be looked at.
double check_stack(const Bench& bench, const Product& product, const Shape& s, uint32_t share) {
  constexpr uint32_t kMatrices = 3;
  Random random(s.rows + share);
  const uint32_t entries = s.tokens * share;
  const Weights w = random_weights(random, kMatrices, s.rows, s.columns);
  const std::vector<float> x = random.numbers(size_t{s.tokens} * s.columns);
  std::vector<uint32_t> order(entries);
  for (uint32_t i = 0; i < entries; ++i) order[i] = (i * 7 + 3) % entries;
  std::vector<kernels::WorkTile> tiles;
  for (uint32_t first = 0; first < entries; first += tiles.back().count) {
    const uint32_t count = std::min(entries - first, 1 + random.below(product.tokens));
    tiles.push_back({random.below(kMatrices), first, count});
  }
  const auto count = static_cast<uint32_t>(tiles.size());
  tiles.push_back({kMatrices, entries, product.tokens});

  const cuda::DeviceBuffer weights = bench.upload(w.bytes), scales = bench.upload(w.scales);
  const cuda::DeviceBuffer x_buffer = bench.upload(x), order_buffer = bench.upload(order);
  const cuda::DeviceBuffer tile_buffer = bench.upload(tiles);
  const cuda::DeviceBuffer tile_count = bench.upload(std::vector<uint32_t>{count});
  const cuda::DeviceBuffer out = bench.empty(size_t{entries} * s.rows * sizeof(float));
  kernels::E4m3Params p{};
  p.weights[0] = weights.as<const uint8_t>();
  p.scales[0] = scales.as<const float>();
  p.out[0] = out.as<float>();
  p.rows = s.rows;
  p.columns = s.columns;
  p.x = x_buffer.as<const float>();
  p.x_stride = s.columns;
  p.out_stride = s.rows;
  p.work = {tile_buffer.as<const kernels::WorkTile>(), tile_count.as<const uint32_t>(),
            order_buffer.as<const uint32_t>(), share};
  launch(bench, product, count + 1, 1, p);
  const auto actual = bench.download<float>(out);
  Error error;
  for (uint32_t i = 0; i < count; ++i) {
    for (uint32_t j = 0; j < tiles[i].count; ++j) {
      const uint32_t entry = order[tiles[i].first + j];
      error.add(w, tiles[i].matrix, &x[size_t{entry / share} * s.columns],
                &actual[size_t{entry} * s.rows]);
    }
  }
  return error.share();
}

// A token's result must have the same bits whatever else is in the launch.
double check_alone(const Bench& bench) {
  constexpr Shape kShape{21, 272, 11};
  Random random(1);
  const Weights w = random_weights(random, 1, kShape.rows, kShape.columns);
  const std::vector<float> x = random.numbers(kShape.tokens * kShape.columns);
  const cuda::DeviceBuffer weights = bench.upload(w.bytes), scales = bench.upload(w.scales);
  const cuda::DeviceBuffer x_buffer = bench.upload(x);
  const auto multiply = [&](uint32_t first, uint32_t tokens) {
    const cuda::DeviceBuffer out = bench.empty(size_t{tokens} * kShape.rows * sizeof(float));
    kernels::E4m3Params p{};
    p.weights[0] = weights.as<const uint8_t>();
    p.scales[0] = scales.as<const float>();
    p.out[0] = out.as<float>();
    p.rows = p.out_stride = kShape.rows;
    p.columns = p.x_stride = kShape.columns;
    p.tokens = tokens;
    p.x = x_buffer.as<const float>() + size_t{first} * kShape.columns;
    launch(bench, kMatvec, (tokens + kMatvec.tokens - 1) / kMatvec.tokens, 1, p);
    return bench.download<float>(out);
  };
  const std::vector<float> all = multiply(0, kShape.tokens);
  double differences = 0;
  for (uint32_t t = 0; t < kShape.tokens; ++t) {
    const std::vector<float> one = multiply(t, 1);
    differences += !std::equal(one.begin(), one.end(), all.begin() + t * kShape.rows);
  }
  return differences;
}

std::string text(const Product& product, const Shape& s) {
  return std::string(product.kernel) + ", " + std::to_string(s.rows) + " × " +
         std::to_string(s.columns) + ", " + std::to_string(s.tokens) + " tokens";
}

}  // namespace

void add_e4m3_cases(std::vector<Case>& cases) {
  const auto add = [&](const Product& product, const Shape& s, double tolerance) {
    cases.push_back({text(product, s), tolerance,
                     [=](const Bench& bench) { return check(bench, product, s); },
                     uint64_t{2} * s.rows * s.columns + s.tokens * s.columns * sizeof(float)});
  };
  // Sums are kept in floats; activations of the tensor cores' have 16 bits.
  constexpr double kExact = 2e-6, kSplit = 3e-5;
  for (const Shape& s : {Shape{1, 16, 1}, {7, 48, 2}, {130, 144, 7}, {64, 1536, 1}, {9, 2064, 9}}) {
    add(kMatvec, s, kExact);
  }
  for (const Shape& s : {Shape{1, 16, 1}, {65, 48, 7}, {130, 144, 64}, {70, 272, 130}}) {
    add(kGemm, s, kSplit);
  }
  for (const uint32_t share : {1u, 6u}) {
    const Shape s{70, 176, 13};
    const std::string what = ", " + std::to_string(share) + " matrices a token";
    cases.push_back({text(kMatvec, s) + what, kExact,
                     [=](const Bench& bench) { return check_stack(bench, kMatvec, s, share); }});
    cases.push_back({text(kGemm, s) + what, kSplit,
                     [=](const Bench& bench) { return check_stack(bench, kGemm, s, share); }});
  }
  cases.push_back({"matvec_e4m3, tokens alone and together", 0, check_alone});
}

}  // namespace lacuna::cases
