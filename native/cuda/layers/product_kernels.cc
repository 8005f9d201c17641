#include "cuda/layers/product_kernels.h"

#include <string>

#include "cuda/driver/launch.h"
#include "gemm.h"
#include "matvec.h"

namespace lacuna::cuda {
namespace {

constexpr TensorType kTypes[] = {TensorType::kF32,  TensorType::kF16,    TensorType::kBF16,
                                 TensorType::kQ4_0, TensorType::kQ5_0,   TensorType::kQ5_1,
                                 TensorType::kQ8_0, TensorType::kIQ4_NL, TensorType::kQ4_K,
                                 TensorType::kQ5_K, TensorType::kQ6_K};

size_t vector_shared(TensorType type, size_t rows) {
  const TensorTypeTraits& traits = *tensor_type_traits(type);
  return kernels::matvec_shared_bytes(traits.block_elements, traits.block_bytes,
                                      static_cast<uint32_t>(rows));
}

size_t matrix_shared(TensorType type) {
  const TensorTypeTraits& traits = *tensor_type_traits(type);
  return kernels::gemm_shared_bytes(traits.block_elements, traits.block_bytes);
}

bool are_alike(const DeviceMatrix& a, const DeviceMatrix& b) {
  return a.type == b.type && a.rows == b.rows && a.columns == b.columns;
}

}  // namespace

Products::Products(const KernelLibrary& library) {
  for (const TensorType type : kTypes) {
    Kernels& k = kernels_[type];
    const std::string vector = kernel_name("matvec_", type), matrix = kernel_name("gemm_", type);
    if (is_float_type(type)) {
      k.vector_float = {library, vector};
      k.matrix_float = {library, matrix};
    } else {
      k.vector = {library, vector, vector_shared(type, kernels::kMatvecTokens)};
      k.matrix = {library, matrix, matrix_shared(type)};
    }
  }
}

ProductShape Products::shape_for(PassKind kind, size_t rows) {
  const bool few = kind == PassKind::kDecode || rows <= kernels::kMatvecTokens;
  return few ? ProductShape::kVector : ProductShape::kMatrix;
}

uint32_t Products::tile_rows(ProductShape shape) {
  return shape == ProductShape::kVector ? kernels::kMatvecTokens : kernels::kGemmTokens;
}

void Products::run(const Stream& stream, ProductShape shape, const DeviceMatrix& w, const Rows& x,
                   size_t rows, float* out) const {
  launch(stream, shape, {&w, nullptr, 0, {out, nullptr}}, x, {rows, {}, 0});
}

void Products::run_pair(const Stream& stream, ProductShape shape, const DeviceMatrix& first,
                        const DeviceMatrix& second, const Rows& x, size_t rows, float* first_out,
                        float* second_out) const {
  if (are_alike(first, second)) {
    launch(stream, shape, {&first, &second, 0, {first_out, second_out}}, x, {rows, {}, 0});
    return;
  }
  run(stream, shape, first, x, rows, first_out);
  run(stream, shape, second, x, rows, second_out);
}

void Products::run_list(const Stream& stream, ProductShape shape, const DeviceStack& w,
                        const Rows& x, const ProductRows& rows, float* out) const {
  launch(stream, shape, {&w.first, nullptr, w.stride(), {out, nullptr}}, x, rows);
}

void Products::run_list_pair(const Stream& stream, ProductShape shape, const DeviceStack& first,
                             const DeviceStack& second, const Rows& x, const ProductRows& rows,
                             float* first_out, float* second_out) const {
  if (are_alike(first.first, second.first)) {
    launch(stream, shape, {&first.first, &second.first, first.stride(), {first_out, second_out}}, x,
           rows);
    return;
  }
  run_list(stream, shape, first, x, rows, first_out);
  run_list(stream, shape, second, x, rows, second_out);
}

void Products::launch(const Stream& stream, ProductShape shape, const Weights& weights,
                      const Rows& x, const ProductRows& rows) const {
  if (is_float_type(weights.first->type)) {
    launch_float(stream, shape, weights, x, rows);
  } else {
    launch_fixed(stream, shape, weights, x, rows);
  }
}

void Products::launch_fixed(const Stream& stream, ProductShape shape, const Weights& weights,
                            const Rows& x, const ProductRows& rows) const {
  const DeviceMatrix& w = *weights.first;
  const Kernels& k = kernels_.at(w.type);
  const kernels::ProductParams params{
      .weights = {reinterpret_cast<const uint8_t*>(w.data),
                  reinterpret_cast<const uint8_t*>(weights.second ? weights.second->data : 0)},
      .out = {weights.out[0], weights.out[1]},
      .stride = weights.stride,
      .row_bytes = w.row_bytes,
      .rows = w.rows,
      .columns = w.columns,
      .tokens = rows.list.tiles ? 0 : static_cast<uint32_t>(rows.count),
      .out_stride = w.rows,
      .x = x.fixed,
      .work = rows.list};
  const uint32_t y = rows.list.tiles ? rows.most_tiles : blocks_for(rows.count, tile_rows(shape));
  const uint32_t z = weights.second ? 2 : 1;
  if (shape == ProductShape::kVector) {
    k.vector.launch(stream, {blocks_for(w.rows, kernels::kMatvecRows), y, z},
                    kernels::kMatvecThreads, vector_shared(w.type, rows.count), params);
  } else {
    k.matrix.launch(stream, {blocks_for(w.rows, kernels::kGemmRows), y, z}, kernels::kGemmThreads,
                    matrix_shared(w.type), params);
  }
}

void Products::launch_float(const Stream& stream, ProductShape shape, const Weights& weights,
                            const Rows& x, const ProductRows& rows) const {
  const DeviceMatrix& w = *weights.first;
  const Kernels& k = kernels_.at(w.type);
  const kernels::ProductFloatParams params{
      .weights = {reinterpret_cast<const void*>(w.data),
                  reinterpret_cast<const void*>(weights.second ? weights.second->data : 0)},
      .out = {weights.out[0], weights.out[1]},
      .stride = weights.stride,
      .rows = w.rows,
      .columns = w.columns,
      .tokens = rows.list.tiles ? 0 : static_cast<uint32_t>(rows.count),
      .out_stride = w.rows,
      .x = x.floats,
      .x_stride = x.stride,
      .work = rows.list};
  const uint32_t y = rows.list.tiles ? rows.most_tiles : blocks_for(rows.count, tile_rows(shape));
  const uint32_t z = weights.second ? 2 : 1;
  if (shape == ProductShape::kVector) {
    k.vector_float.launch(stream, {blocks_for(w.rows, kernels::kMatvecFloatRows), y, z},
                          kernels::kMatvecThreads, 0, params);
  } else {
    k.matrix_float.launch(stream, {blocks_for(w.rows, kernels::kGemmRows), y, z},
                          kernels::kGemmThreads, 0, params);
  }
}

}  // namespace lacuna::cuda
