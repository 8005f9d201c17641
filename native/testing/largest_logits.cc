#include "testing/largest_logits.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace lacuna::testing {

LogitCandidates largest_logits(std::vector<float> x, double error) {
  for (float& v : x) {
    v = std::isnan(v) ? -std::numeric_limits<float>::infinity()
                      : std::min(v, std::numeric_limits<float>::max());
  }
  std::vector<int32_t> ids(x.size());
  std::iota(ids.begin(), ids.end(), 0);
  std::stable_sort(ids.begin(), ids.end(), [&](int32_t a, int32_t b) { return x[a] > x[b]; });
  LogitCandidates row{};
  row.maximum = x[ids.front()];
  double sum = 0;
  for (const float v : x) sum += v == row.maximum ? 1 : std::exp(double{v} - double{row.maximum});
  row.log_sum = static_cast<float>(std::log(sum) + error);
  for (size_t i = 0; i < LogitCandidates::kCount; ++i) {
    row.ids[i] = i < ids.size() ? ids[i] : -1;
    row.logits[i] = i < ids.size() ? x[ids[i]] : -std::numeric_limits<float>::infinity();
  }
  return row;
}

}  // namespace lacuna::testing
