// The engine's thread: takes requests in order of their lane, one at a time.
#pragma once

#include <atomic>
#include <condition_variable>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "runtime/request.h"
#include "runtime/session.h"

namespace lacuna {

class Engine {
 public:
  using Handle = uint64_t;

  explicit Engine(std::unique_ptr<Session> session);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // Queues a request. Within a lane requests are served in order. After `close`, `on_end` comes at
  // once with kClosed.
  Handle submit(Request request, Listener listener);

  // Stops a queued or running request; it ends with kAborted. Unknown handles are ignored.
  void cancel(Handle handle);

  // Queues a run over all positions (see Session::logits). Broken by `close`: then the future holds
  // Error kClosed.
  std::future<std::vector<float>> logits(std::vector<int32_t> tokens, size_t chunk);

  // Leading tokens that had KV when the last request ended.
  size_t resident(std::span<const int32_t> tokens) const;

  // Not after `close`.
  const DeviceModel& model() const { return session_->model(); }

  // Aborts what runs and what waits, joins the thread and frees the model. Idempotent, from any
  // thread but the engine's own.
  void close();

 private:
  struct Job {
    std::function<void(const std::atomic<bool>& aborted)> run;
    std::function<void()> drop;  // called instead of `run` when the engine closes first
    std::atomic<bool> aborted{false};
  };
  using Key = std::pair<int, Handle>;  // lane, then order of arrival

  Handle enqueue(Lane lane, std::shared_ptr<Job> job);
  void work();
  void publish();

  std::unique_ptr<Session> session_;

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::map<Key, std::shared_ptr<Job>> queue_;
  std::shared_ptr<Job> running_;
  Handle running_handle_ = 0;
  Handle next_handle_ = 1;
  bool closed_ = false;
  std::vector<int32_t> cached_;  // copy of the session's, for `resident`
  std::mutex join_mutex_;
  std::thread thread_;
};

}  // namespace lacuna
