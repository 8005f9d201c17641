// Which tokens of a vocabulary begin with a line end.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "runtime/vocabulary.h"

namespace lacuna {

class LineEnds {
 public:
  explicit LineEnds(const Vocabulary& vocabulary) {
    for (size_t id = 0; id < vocabulary.size(); ++id) {
      const auto token = static_cast<int32_t>(id);
      if (vocabulary.bytes(token).starts_with('\n')) tokens_.push_back(token);
    }
  }

  // Ascending.
  std::span<const int32_t> tokens() const { return tokens_; }

 private:
  std::vector<int32_t> tokens_;
};

}  // namespace lacuna
