// The engine's thread: takes requests and cancellations in, and lets the scheduler work.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "runtime/prefix_file.h"
#include "runtime/request.h"
#include "runtime/scheduler.h"
#include "runtime/task.h"

namespace lacuna {

class Engine {
 public:
  using Handle = uint64_t;

  // `identity` says which model it is and how its KV is computed, for KV on disk.
  Engine(std::unique_ptr<DeviceModel> model, Vocabulary vocabulary, CacheIdentity identity);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // Queues a request; see Scheduler for whose turn it is. After `close`, `on_end` comes at once
  // with kClosed.
  Handle submit(Request request, Listener listener);

  // Stops a queued or running request; it ends with kAborted. Unknown handles are ignored.
  void cancel(Handle handle);

  // Lanes from `first` on wait until told otherwise; what runs in one of them stays where it is,
  // between two layers or inside one. kLanes: none waits, as at the beginning. For engines that
  // share a processor. Cancelling and closing wait for nothing.
  void hold(size_t first);

  // See make_logits_task.
  std::future<std::vector<float>> logits(std::vector<int32_t> tokens, size_t chunk);

  // Leading tokens that have KV now; 0 after `close`.
  size_t resident(std::span<const int32_t> tokens) const;

  PageUsage pages() const { return tree_.usage(); }

  // Writes what there is of `tokens` to a file and tells how many tokens that is; with none, no
  // file is written. Waits for the engine's thread. Throws Error kIo, kClosed.
  size_t save_prefix(std::vector<int32_t> tokens, const std::string& path);

  // Takes in what `save_prefix` wrote, as far as pages are to be had; tells how many of its tokens
  // are resident afterwards. Waits for the engine's thread. Throws what read_prefix_file throws,
  // and Error kClosed; then nothing has changed.
  size_t restore_prefix(const std::string& path);

  // Not after `close`.
  const DeviceModel& model() const { return *model_; }

  // Aborts what runs, refuses what waits, joins the thread and frees the model. Idempotent, from
  // any thread but the engine's own.
  void close();

 private:
  struct Queued {
    Handle handle;
    Request request;
    Listener listener;
  };
  struct Inbox {
    std::vector<Queued> requests;
    std::vector<Handle> cancelled;
    std::vector<Task> tasks;

    bool empty() const { return requests.empty() && cancelled.empty() && tasks.empty(); }
  };

  // How long an idle engine keeps the pass of a cancelled prompt: when somebody types, the next
  // request with nearly the same prompt comes sooner.
  static constexpr std::chrono::seconds kKeepFor{1};

  // Values of `running_` beside those of Lane: a request in any lane interrupts a task.
  static constexpr int kNothing = -1, kTask = 4;

  void add(Task task);
  void work();
  bool take_in();
  void step();
  bool start(int running);
  std::optional<Lane> next_lane() const;

  std::unique_ptr<DeviceModel> model_;
  DeviceModel& device_;  // *model_, for tasks, which may be made while the engine closes
  const Vocabulary vocabulary_;
  const CacheIdentity identity_;
  PrefixTree tree_;
  std::optional<Scheduler> scheduler_;  // the engine's thread only
  std::deque<Task> tasks_;              // the engine's thread only

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  Inbox inbox_;
  int running_ = kNothing;  // the lane whose step runs, or a task
  size_t held_ = kLanes;    // the first lane that waits
  Handle next_handle_ = 1;
  bool closed_ = false;
  std::atomic<bool> interrupt_{false};  // the running step shall return

  std::mutex join_mutex_;
  std::thread thread_;
};

}  // namespace lacuna
