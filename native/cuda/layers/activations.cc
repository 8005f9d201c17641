#include "cuda/layers/activations.h"

namespace lacuna::cuda {

Activations::Activations(Arena& arena, size_t rows, size_t columns, Forms forms)
    : columns_(columns), forms_(forms) {
  const size_t values = rows * columns;
  if (forms.floats) floats_ = arena.take_array<float>(values);
  if (!forms.fixed) return;
  high_ = arena.take_array<int8_t>(values);
  low_ = arena.take_array<uint8_t>(values);
  groups_ = arena.take_array<kernels::Int16Group>(values / kernels::kInt16Group);
}

Rows Activations::rows(size_t columns) const {
  const auto width = static_cast<uint32_t>(columns);
  Rows view{nullptr, width, {nullptr, nullptr, nullptr}, width};
  if (forms_.floats) view.floats = floats_.as<float>();
  if (forms_.fixed) {
    view.fixed = {high_.as<int8_t>(), low_.as<uint8_t>(), groups_.as<kernels::Int16Group>()};
  }
  return view;
}

}  // namespace lacuna::cuda
