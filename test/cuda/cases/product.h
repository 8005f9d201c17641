// Products of random weights and activations, for every family of kernels that takes ProductParams
// and ProductFloatParams.
#pragma once

#include "cases/int16.h"
#include "cases/weights.h"
#include "products.h"

namespace lacuna::cases {

// Kernels `<prefix><type>` and what a block of them takes.
struct ProductFamily {
  const char* prefix;
  uint32_t threads;
  uint32_t rows, float_rows, tokens;
  // Dynamic shared memory for so many tokens, or entries of a tile; none for floats.
  uint32_t (*shared_bytes)(uint32_t block_elements, uint32_t block_bytes, uint32_t tokens);
};

struct ProductShape {
  TensorType type;
  uint32_t rows, columns, tokens;
  uint32_t outputs = 1;   // 2: gate and up
  uint32_t matrices = 0;  // of the stack, every third without entries; 0: no work list
  uint32_t x_share = 1;   // entries for each token
};

// One product, its weights and activations on the device.
class Product {
 public:
  Product(const Bench& bench, const ProductFamily& family, const ProductShape& shape);

  // Without a list, tokens first … first + count - 1: out[z][token, row], one output after the
  // other.
  std::vector<float> run_tokens(uint32_t first, uint32_t count) const;
  // By a list of tiles of at most `tile_rows` entries, and some without any: out[z][entry, row].
  std::vector<float> run_list(uint32_t tile_rows) const;

  // The largest difference as a share of what the products of a row add up to when their signs are
  // random: a sum may be near zero, its error is not smaller for that.
  double error(const std::vector<float>& actual) const;

 private:
  // What the launch has beside the shape.
  struct Part {
    kernels::WorkList work;
    uint32_t first_token, tokens;  // without a list
    uint32_t results;              // rows of them
    uint32_t tiles, tile_rows;     // blockIdx.y, and what each has at most
  };
  std::vector<float> run(const Part& part) const;
  template <class Params>
  std::vector<float> launch(Params p, const Part& part, uint32_t block_rows,
                            uint32_t dynamic_shared) const;
  uint32_t entries() const { return shape_.tokens * shape_.x_share; }

  const Bench& bench_;
  const ProductFamily& family_;
  ProductShape shape_;
  const TensorTypeTraits& traits_;
  uint32_t lead_;  // bytes of the buffer before the first matrix: a stack may begin anywhere
  cuda::DeviceBuffer weights_[2];
  std::vector<float> values_[2];  // [matrices, rows, columns]
  std::vector<float> x_;          // [tokens, columns]
  cuda::DeviceBuffer floats_;
  Int16Buffers fixed_;
  std::vector<uint32_t> matrix_of_;  // [entries]
};

// Without a work list, or with tiles as large as a block takes.
double check_product(const Bench& bench, const ProductFamily& family, const ProductShape& shape);

// How many tokens, or ways to cut a list into tiles, give other bits than all together.
double check_alone(const Bench& bench, const ProductFamily& family, const ProductShape& shape);

// `gemm_q4_0, 7 × 256, 3 tokens`
std::string text(const ProductFamily& family, const ProductShape& shape);

// Bytes of weights and activations that must be read at least, without a work list.
uint64_t least_bytes(const ProductShape& shape);

}  // namespace lacuna::cases
