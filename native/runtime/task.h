// Work on the engine's thread beside the requests, in short steps.
#pragma once

#include <atomic>
#include <functional>

namespace lacuna {

struct Task {
  // Goes a step further, at most some milliseconds or until `interrupt` is seen; true when done.
  // Throws nothing.
  std::function<bool(const std::atomic<bool>& interrupt)> step;
  // Called instead when the engine closes first.
  std::function<void()> drop;
};

}  // namespace lacuna
