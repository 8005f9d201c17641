#include "runtime/nucleus.h"

#include <cmath>

namespace lacuna {

double to_probabilities(std::span<Candidate> sorted, float temperature) {
  const float largest = sorted.front().value;
  double total = 0;
  for (Candidate& c : sorted) total += c.value = std::exp((c.value - largest) / temperature);
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

int32_t draw_token(std::span<const Candidate> sorted, const Nucleus& nucleus, double share) {
  double target = share * nucleus.mass;
  for (size_t i = 0; i < nucleus.count; ++i) {
    target -= sorted[i].value;
    if (target < 0) return sorted[i].id;
  }
  return sorted[nucleus.count - 1].id;
}

}  // namespace lacuna
