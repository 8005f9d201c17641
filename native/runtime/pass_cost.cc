#include "runtime/pass_cost.h"

#include <algorithm>
#include <cmath>

namespace lacuna {
namespace {

constexpr size_t kSamples = 7;
constexpr size_t kEnough = 3;  // samples that are believed: a single one may be an accident
// Passes after which a row count has to be timed again: what was measured while the machine was
// busy must not stand for ever.
constexpr size_t kForgotten = 300;

// Accidents, such as a pass that waited for the processor, leave a median alone.
double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

void keep(std::vector<double>& samples, size_t& next, double value) {
  if (samples.size() < kSamples) {
    samples.push_back(value);
  } else {
    samples[next] = value;
    next = (next + 1) % kSamples;
  }
}

}  // namespace

PassCost::PassCost(size_t most_rows) : windows_(std::max<size_t>(most_rows, 1)) {}

void PassCost::add(size_t rows, double seconds) {
  ++passes_;
  if (!(seconds > 0) || !std::isfinite(seconds)) return;
  if (rows == 1) {
    keep(single_, next_single_, seconds);
    return;
  }
  if (!known()) return;
  Window& window = windows_[rows - 1];
  if (passes_ - window.seen > kForgotten) window = {};
  keep(window.samples, window.next, seconds / median(single_));
  window.seen = passes_;
}

double PassCost::single() const {
  return median(single_);
}

bool PassCost::timed(size_t rows) const {
  const Window& window = windows_[rows - 1];
  return window.samples.size() >= kEnough && passes_ - window.seen <= kForgotten;
}

double PassCost::of(size_t rows) const {
  size_t below = rows;
  while (below > 1 && !timed(below)) --below;
  const double low = below == 1 ? 1 : std::max(1.0, median(windows_[below - 1].samples));
  if (below == rows) return low;
  size_t above = rows + 1;
  while (above <= windows_.size() && !timed(above)) ++above;
  if (above > windows_.size()) return low + kRow * static_cast<double>(rows - below);
  const double high = std::max(low, median(windows_[above - 1].samples));
  return low +
         (high - low) * static_cast<double>(rows - below) / static_cast<double>(above - below);
}

}  // namespace lacuna
