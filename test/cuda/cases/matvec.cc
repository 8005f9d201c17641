#include "matvec.h"

#include "cases/product.h"

namespace lacuna::cases {
namespace {

constexpr ProductFamily kMatvec{"matvec_",
                                kernels::kMatvecThreads,
                                kernels::kMatvecRows,
                                kernels::kMatvecFloatRows,
                                kernels::kMatvecTokens,
                                kernels::matvec_shared_bytes};

void add(std::vector<Case>& cases, const ProductShape& shape) {
  const bool quantized = tensor_type_traits(shape.type)->block_elements > 1;
  cases.push_back({text(kMatvec, shape), quantized ? 2e-4 : 1e-5,
                   [=](const Bench& bench) { return check_product(bench, kMatvec, shape); },
                   quantized ? least_bytes(shape) : 0});
}

void add_alone(std::vector<Case>& cases, const ProductShape& shape) {
  cases.push_back({text(kMatvec, shape) + ", alone and together", 0,
                   [=](const Bench& bench) { return check_alone(bench, kMatvec, shape); }});
}

}  // namespace

void add_matvec_cases(std::vector<Case>& cases) {
  for (const TensorType type : kQuantizedTypes) {
    add(cases, {type, 7, 256, 1});
    add(cases, {type, 33, 2048, 1});
    add(cases, {type, 9, 2816, 3, 2});
    add(cases, {type, 8, 768, 9});
    if (tensor_type_traits(type)->block_elements == 256) {
      add(cases, {type, 3, 10752, 1});
    } else {
      add(cases, {type, 1, 32, 1});
      add(cases, {type, 5, 1408, 2});
      add(cases, {type, 3, 10944, 1});
      add(cases, {type, 17, 576, 16});
    }
    add(cases, {type, 5, 256, 7, 2, 6, 6});
    add_alone(cases, {type, 13, 512, 11});
  }
  for (const TensorType type : kFloatTypes) {
    add(cases, {type, 7, 577, 1});
    add(cases, {type, 1, 1, 1});
    add(cases, {type, 33, 2048, 1, 2});
    add(cases, {type, 5, 1408, 9});
    add(cases, {type, 3, 96, 2});
    add(cases, {type, 5, 96, 7, 2, 4, 6});
    add(cases, {type, 3, 33, 5, 1, 4, 1});
  }
  // Experts as a model has them, and heads: many, most of them without entries.
  for (const uint32_t tokens : {1, 2, 7, 64}) {
    add(cases, {TensorType::kQ5_0, 9, 64, tokens, 2, 64, 6});
    add(cases, {TensorType::kF16, 5, 40, tokens, 1, 16, 1});
  }
  add_alone(cases, {TensorType::kQ4_0, 3, 96, 20, 1, 4, 3});
  add_alone(cases, {TensorType::kF32, 3, 24, 20, 1, 4, 1});
}

}  // namespace lacuna::cases
