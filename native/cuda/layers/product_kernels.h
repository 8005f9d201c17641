// Weights times activations: which kernel, which grid.
#pragma once

#include <map>

#include "cuda/driver/kernel_library.h"
#include "cuda/layers/activations.h"
#include "cuda/weights/device_matrix.h"
#include "model/device_model.h"
#include "products.h"

namespace lacuna::cuda {

enum class ProductShape {
  kVector,  // few rows of activations: bound by the reading of weights
  kMatrix,  // many: tensor cores
};

// Rows of activations and results, and which matrix each goes through.
struct ProductRows {
  size_t count;            // without a list: rows; with one: most rows of a tile
  kernels::WorkList list;  // empty: one matrix
  uint32_t most_tiles;     // of the list
};

class Products {
 public:
  explicit Products(const KernelLibrary& library);

  static ProductShape shape_for(PassKind kind, size_t rows);

  // Most rows of a tile of a work list.
  static uint32_t tile_rows(ProductShape shape);

  // out[r] = w · x[r], rows of w.rows values.
  void run(const Stream& stream, ProductShape shape, const DeviceMatrix& w, const Rows& x,
           size_t rows, float* out) const;

  // Two matrices over the same rows: one launch where type and shape are the same.
  void run_pair(const Stream& stream, ProductShape shape, const DeviceMatrix& first,
                const DeviceMatrix& second, const Rows& x, size_t rows, float* first_out,
                float* second_out) const;

  // Each row of `out` by the matrix that the list says.
  void run_list(const Stream& stream, ProductShape shape, const DeviceStack& w, const Rows& x,
                const ProductRows& rows, float* out) const;
  void run_list_pair(const Stream& stream, ProductShape shape, const DeviceStack& first,
                     const DeviceStack& second, const Rows& x, const ProductRows& rows,
                     float* first_out, float* second_out) const;

 private:
  // One or two matrices, or stacks, of one type and shape.
  struct Weights {
    const DeviceMatrix* first;
    const DeviceMatrix* second;  // or null
    uint64_t stride;
    float* out[2];
  };
  struct Kernels {
    Kernel<kernels::ProductParams> vector, matrix;                   // of a quantised type
    Kernel<kernels::ProductFloatParams> vector_float, matrix_float;  // of a type of floats
  };

  void launch(const Stream& stream, ProductShape shape, const Weights& weights, const Rows& x,
              const ProductRows& rows) const;
  void launch_fixed(const Stream& stream, ProductShape shape, const Weights& weights, const Rows& x,
                    const ProductRows& rows) const;
  void launch_float(const Stream& stream, ProductShape shape, const Weights& weights, const Rows& x,
                    const ProductRows& rows) const;

  std::map<TensorType, Kernels> kernels_;
};

}  // namespace lacuna::cuda
