// The logits of every position of a text, for comparison with other engines.
#pragma once

#include <cstdint>
#include <future>
#include <vector>

#include "runtime/prefix_tree.h"
#include "runtime/task.h"

namespace lacuna {

struct LogitsTask {
  Task task;
  std::future<std::vector<float>> logits;  // [tokens, vocabulary]
};

// Computes `chunk` tokens at a time (≥ 1; up to kDecodeRun of them as decoding does), in pages of
// its own and without anything from the tree. The future holds Error kInvalidArgument for no
// tokens, unknown ones or more than the context holds, kOutOfMemory where other sequences use the
// pages, kClosed. `model` and `tree` must outlive the task.
LogitsTask make_logits_task(DeviceModel& model, PrefixTree& tree, std::vector<int32_t> tokens,
                            size_t chunk);

}  // namespace lacuna
