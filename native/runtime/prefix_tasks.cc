#include "runtime/prefix_tasks.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "runtime/request.h"

namespace lacuna {
namespace {

// Of the pages of `length` positions: how many positions page `i` holds.
size_t positions_in(size_t page, size_t length) {
  return std::min(kPageTokens, length - page * kPageTokens);
}

// A task that takes steps of `Run`, a page each, until they are done or something else comes.
template <typename Run>
Task task_of(std::shared_ptr<Run> run) {
  return {.step =
              [run](const std::atomic<bool>& interrupt) {
                std::exception_ptr error;
                try {
                  while (!run->step()) {
                    if (interrupt) return false;
                  }
                  return true;
                } catch (...) {
                  error = std::current_exception();
                }
                run->branch.release();
                run->promise.set_exception(std::move(error));
                return true;
              },
          .drop =
              [run] {
                run->branch.release();
                run->promise.set_exception(closed_error());
              }};
}

struct Snapshot {
  const DeviceModel& model;
  PrefixTree& tree;
  PrefixSnapshot snapshot;
  std::promise<PrefixSnapshot> promise{};
  PrefixTree::Branch branch{};
  size_t page = 0;  // the next one

  bool step() {
    if (page == 0) {
      branch = tree.acquire(snapshot.tokens);
      snapshot.tokens.resize(branch.length());
      snapshot.kv.reserve(branch.length() * token_bytes());
    }
    if (page < branch.pages().size()) {
      const size_t n = positions_in(page, branch.length()), done = snapshot.kv.size();
      snapshot.kv.resize(done + n * token_bytes());
      model.read_page(branch.pages()[page], n, std::span(snapshot.kv).subspan(done));
      ++page;
    }
    if (page < branch.pages().size()) return false;
    branch.release();
    promise.set_value(std::move(snapshot));
    return true;
  }

  size_t token_bytes() const { return model.page_bytes() / kPageTokens; }
};

struct Adoption {
  DeviceModel& model;
  PrefixTree& tree;
  const PrefixSnapshot snapshot;
  std::promise<size_t> promise{};
  PrefixTree::Branch branch{};
  bool begun = false;

  bool step() {
    const std::span<const int32_t> tokens(snapshot.tokens);
    if (!begun) branch = tree.acquire(tokens);
    begun = true;
    const size_t page = branch.length() / kPageTokens;
    const size_t end = std::min(tokens.size(), (page + 1) * kPageTokens);
    if (branch.length() < tokens.size() && tree.reserve(branch, end)) {
      const size_t n = end - page * kPageTokens, token_bytes = model.page_bytes() / kPageTokens;
      model.write_page(branch.pages()[page], n,
                       std::span(snapshot.kv).subspan(page * model.page_bytes(), n * token_bytes));
      tree.publish(branch, tokens.subspan(branch.length(), end - branch.length()));
      if (end < tokens.size()) return false;
    }
    const size_t length = branch.length();
    branch.release();
    promise.set_value(length);
    return true;
  }
};

}  // namespace

SnapshotTask make_snapshot_task(const DeviceModel& model, PrefixTree& tree,
                                std::vector<int32_t> tokens) {
  const auto run = std::make_shared<Snapshot>(model, tree, PrefixSnapshot{std::move(tokens), {}});
  return {task_of(run), run->promise.get_future()};
}

AdoptTask make_adopt_task(DeviceModel& model, PrefixTree& tree, PrefixSnapshot snapshot) {
  const auto run = std::make_shared<Adoption>(model, tree, std::move(snapshot));
  return {task_of(run), run->promise.get_future()};
}

}  // namespace lacuna
