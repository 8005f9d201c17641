#include "cases/case.h"

#include <limits>

namespace lacuna::cases {

uint64_t Random::next() {
  uint64_t z = state_ += 0x9e3779b97f4a7c15u;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return z ^ z >> 31;
}

float Random::number(float scale) {
  return (static_cast<float>(next() >> 40) / 0x1p23f - 1.0f) * scale;
}

std::vector<float> Random::numbers(size_t count, float scale) {
  std::vector<float> values(count);
  for (float& v : values) v = number(scale);
  return values;
}

std::vector<uint8_t> Random::bytes(size_t count) {
  std::vector<uint8_t> values(count);
  for (uint8_t& v : values) v = static_cast<uint8_t>(next());
  return values;
}

double relative_error(const std::vector<float>& actual, const std::vector<double>& expected) {
  if (actual.size() != expected.size()) return std::numeric_limits<double>::infinity();
  double largest = 0, squares = 0;
  for (size_t i = 0; i < expected.size(); ++i) {
    const double difference = std::abs(static_cast<double>(actual[i]) - expected[i]);
    if (!(difference <= largest)) largest = difference;
    if (std::isnan(difference)) return std::numeric_limits<double>::infinity();
    squares += expected[i] * expected[i];
  }
  if (largest == 0) return 0;
  return largest / std::sqrt(squares / static_cast<double>(expected.size()));
}

}  // namespace lacuna::cases
