#include "gemm.h"

#include "cases/product.h"

namespace lacuna::cases {
namespace {

uint32_t shared_bytes(uint32_t block_elements, uint32_t block_bytes, uint32_t) {
  return kernels::gemm_shared_bytes(block_elements, block_bytes);
}

constexpr ProductFamily kGemm{"gemm_",
                              kernels::kGemmThreads,
                              kernels::kGemmRows,
                              kernels::kGemmRows,
                              kernels::kGemmTokens,
                              shared_bytes};

void add(std::vector<Case>& cases, const ProductShape& shape) {
  const bool quantized = tensor_type_traits(shape.type)->block_elements > 1;
  cases.push_back({text(kGemm, shape), quantized ? 2e-4 : 3e-5,
                   [=](const Bench& bench) { return check_product(bench, kGemm, shape); },
                   quantized ? least_bytes(shape) : 0});
}

void add_alone(std::vector<Case>& cases, const ProductShape& shape) {
  cases.push_back({text(kGemm, shape) + ", alone and together", 0,
                   [=](const Bench& bench) { return check_alone(bench, kGemm, shape); }});
}

}  // namespace

void add_gemm_cases(std::vector<Case>& cases) {
  for (const TensorType type : kQuantizedTypes) {
    const bool super = tensor_type_traits(type)->block_elements == 256;
    add(cases, {type, 7, 256, 9});
    add(cases, {type, 130, super ? 512u : 384u, 67});
    add(cases, {type, 5, super ? 512u : 160u, 7, 2, 6, 6});
    if (!super) {
      add(cases, {type, 1, 32, 1});
      add(cases, {type, 19, 416, 17});
    }
  }
  for (const TensorType type : kFloatTypes) {
    add(cases, {type, 1, 1, 1});
    add(cases, {type, 7, 77, 9});
    add(cases, {type, 130, 136, 67});
    add(cases, {type, 5, 96, 7, 2, 4, 6});
    add(cases, {type, 3, 33, 5, 1, 4, 1});
  }
  add(cases, {TensorType::kQ8_0, 9, 96, 64, 2, 5, 6});
  add_alone(cases, {TensorType::kQ4_K, 17, 256, 5});
  add_alone(cases, {TensorType::kQ4_0, 3, 96, 40, 1, 4, 3});
  add_alone(cases, {TensorType::kF32, 3, 24, 40, 1, 4, 1});
}

}  // namespace lacuna::cases
