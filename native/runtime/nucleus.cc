#include "runtime/nucleus.h"

#include <cmath>

namespace lacuna {

float relative_probability(float logit, float largest, float temperature) {
  return std::exp((logit - largest) / temperature);
}

double to_probabilities(std::span<Candidate> sorted, float temperature) {
  const float largest = sorted.front().value;
  double total = 0;
  for (Candidate& c : sorted) {
    c.value = relative_probability(c.value, largest, temperature);
    total += c.value;
  }
  return total;
}

std::optional<Nucleus> find_nucleus(std::span<const Candidate> sorted, float top_p, float min_p,
                                    Bounds total, double following) {
  const float least = min_p * sorted.front().value;
  Nucleus nucleus{0, 0};
  while (nucleus.count < sorted.size()) {
    if (!(sorted[nucleus.count].value >= least)) return nucleus;
    nucleus.mass += sorted[nucleus.count++].value;
    if (nucleus.mass >= top_p * total.high) return nucleus;
    if (!(nucleus.mass < top_p * total.low)) return std::nullopt;
  }
  if (following >= least) return std::nullopt;
  return nucleus;
}

std::optional<size_t> index_at(std::span<const Candidate> sorted, double mass) {
  for (size_t i = 0; i < sorted.size(); ++i) {
    mass -= sorted[i].value;
    if (mass < 0) return i;
  }
  return std::nullopt;
}

int32_t draw_token(std::span<const Candidate> sorted, const Nucleus& nucleus, double share) {
  const auto at = index_at(sorted.first(nucleus.count), share * nucleus.mass);
  return sorted[at.value_or(nucleus.count - 1)].id;
}

}  // namespace lacuna
