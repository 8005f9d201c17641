// KV out of the tree and back into it; a request that comes meanwhile waits for a page at most.
#pragma once

#include <cstdint>
#include <future>
#include <vector>

#include "runtime/prefix_file.h"
#include "runtime/prefix_tree.h"
#include "runtime/task.h"

namespace lacuna {

struct SnapshotTask {
  Task task;
  std::future<PrefixSnapshot> snapshot;
};

struct AdoptTask {
  Task task;
  std::future<size_t> tokens;
};

// A copy of what is there of `tokens`, possibly nothing. The future may hold Error kClosed or
// std::bad_alloc. `model` and `tree` must outlive the task.
SnapshotTask make_snapshot_task(const DeviceModel& model, PrefixTree& tree,
                                std::vector<int32_t> tokens);

// Puts a snapshot of this model into the tree, as far as there are pages that no sequence uses:
// the future tells how many of its tokens are there afterwards, or holds Error kClosed.
AdoptTask make_adopt_task(DeviceModel& model, PrefixTree& tree, PrefixSnapshot snapshot);

}  // namespace lacuna
