// What a decoding pass costs by its number of rows, learned from the passes that are made.
#pragma once

#include <cstddef>
#include <vector>

namespace lacuna {

class PassCost {
 public:
  explicit PassCost(size_t most_rows);

  // A pass of `rows` (1 … most_rows) rows took `seconds`. Passes of several rows count as multiples
  // of the one-row passes around them, so that depth and load of the machine cancel out.
  void add(size_t rows, double seconds);

  // Whether there is a measure to compare with: one-row passes have been timed.
  bool known() const { return !single_.empty(); }

  // Seconds of a one-row pass; only where `known`.
  double single() const;

  // Time of a pass of `rows` (1 … most_rows) rows, as a multiple (≥ 1) of a one-row pass. Row
  // counts that were timed too seldom lie between those that were, or kRow apart from the largest
  // of them.
  double of(size_t rows) const;

  size_t most_rows() const { return windows_.size(); }

 private:
  // Assumed for a further row until it has been timed: experts that the other rows do not visit.
  static constexpr double kRow = 0.5;

  struct Window {
    std::vector<double> samples;  // the latest few
    size_t next = 0;              // to be overwritten
    size_t seen = 0;              // number of the pass that came last
  };

  bool timed(size_t rows) const;

  std::vector<double> single_;  // the latest one-row passes, seconds
  size_t next_single_ = 0;
  std::vector<Window> windows_;  // by rows - 1
  size_t passes_ = 0;
};

}  // namespace lacuna
