// Work on the engine's thread beside the requests, in short steps.
#pragma once

#include <atomic>
#include <functional>

namespace lacuna {

struct Task {
  // Goes further, until `interrupt` is seen within milliseconds or for some hundred at most; true
  // when done. Throws nothing.
  std::function<bool(const std::atomic<bool>& interrupt)> step;
  // Called instead when the engine closes first.
  std::function<void()> drop;
};

}  // namespace lacuna
