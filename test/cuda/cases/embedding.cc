#include "embedding.h"

#include "cases/weights.h"

namespace lacuna::cases {
namespace {

double check(const Bench& bench, TensorType type, uint32_t columns) {
  constexpr uint32_t kVocabulary = 5;
  Random random(columns);
  const std::vector<uint8_t> table = random_blocks(random, type, size_t{kVocabulary} * columns);
  const std::vector<float> values = dequantized(type, table);
  const std::vector<int32_t> tokens{3, 0, 4, 4};
  const cuda::DeviceBuffer table_buffer = bench.upload(table), token_buffer = bench.upload(tokens);
  const cuda::DeviceBuffer out = bench.empty(tokens.size() * columns * sizeof(float));
  const kernels::EmbeddingParams p{table_buffer.as<const uint8_t>(),
                                   static_cast<uint32_t>(row_bytes(type, columns)), columns,
                                   token_buffer.as<const int32_t>(), out.as<float>()};
  cuda::Kernel<kernels::EmbeddingParams>(bench.library, "embedding_" + lower_name(type))
      .launch(bench.stream,
              {(columns + kernels::kEmbeddingColumns - 1) / kernels::kEmbeddingColumns,
               static_cast<uint32_t>(tokens.size())},
              kernels::kEmbeddingThreads, 0, p);
  std::vector<double> expected;
  for (const int32_t token : tokens) {
    const float* row = &values[static_cast<size_t>(token) * columns];
    expected.insert(expected.end(), row, row + columns);
  }
  return relative_error(bench.download<float>(out), expected);
}

void add(std::vector<Case>& cases, TensorType type, uint32_t columns) {
  cases.push_back({"embedding_" + lower_name(type) + ", rows of " + std::to_string(columns), 1e-6,
                   [=](const Bench& bench) { return check(bench, type, columns); },
                   4 * row_bytes(type, columns) + 4 * sizeof(int32_t)});
}

}  // namespace

void add_embedding_cases(std::vector<Case>& cases) {
  for (const TensorType type : kQuantizedTypes) {
    const bool super = tensor_type_traits(type)->block_elements == 256;
    for (const uint32_t columns : {256u, 2048u, 5120u}) add(cases, type, columns);
    if (!super) add(cases, type, 1056);
  }
  for (const TensorType type : kFloatTypes) {
    for (const uint32_t columns : {1u, 577u, 5120u}) add(cases, type, columns);
  }
}

}  // namespace lacuna::cases
