// A fixed set of threads that run one function together. Work is split statically, so which thread
// computes what does not depend on timing; results do not depend on the number of threads as long
// as every unit is independent.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <thread>
#include <type_traits>
#include <vector>

namespace lacuna::cpu {

class ThreadPool {
 public:
  // `threads` ≥ 1 counts the caller of `run`.
  explicit ThreadPool(size_t threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  size_t threads() const { return workers_.size() + 1; }

  // Calls body(first, last, thread) once per thread that has work, over a partition of [0, units)
  // into contiguous parts; returns when all are done. With fewer than kWorthSharing `operations`
  // (multiply-adds, all units together) the caller does everything: waking a thread costs more than
  // it saves, far more on a busy machine. `body` must not throw. Not re-entrant; one caller at a
  // time.
  template <class Body>
  void run(size_t units, size_t operations, const Body& body) {
    if (units == 0) return;
    if (units == 1 || workers_.empty() || operations < kWorthSharing) {
      body(size_t{0}, units, size_t{0});
      return;
    }
    using Plain = std::remove_reference_t<Body>;
    run_erased(
        units,
        [](const void* b, size_t first, size_t last, size_t thread) {
          (*static_cast<const Plain*>(b))(first, last, thread);
        },
        &body);
  }

  // Makes `interrupted` look at this flag; null for none. Not while a job runs.
  void watch(const std::atomic<bool>* interrupt) {
    interrupt_ = interrupt;
    stopped_.store(false, std::memory_order_relaxed);
  }

  // Bodies with much to do ask between units, and return early when it is true. Once it has been
  // true it stays so until the next `watch`, so that the caller learns that something was left out.
  bool interrupted() const {
    if (interrupt_ == nullptr || !interrupt_->load(std::memory_order_relaxed)) return false;
    stopped_.store(true, std::memory_order_relaxed);
    return true;
  }
  bool stopped() const { return stopped_.load(std::memory_order_relaxed); }

  // About fifteen microseconds of one core.
  static constexpr size_t kWorthSharing = size_t{1} << 19;

 private:
  using Call = void (*)(const void* body, size_t first, size_t last, size_t thread);

  void run_erased(size_t units, Call call, const void* body);
  void work(size_t thread);
  void run_part(size_t thread) const;

  // The current job; written before `generation_` is raised.
  Call call_ = nullptr;
  const void* body_ = nullptr;
  size_t units_ = 0;

  std::atomic<uint32_t> generation_{0};  // raised once per job, and once to stop
  std::atomic<uint32_t> running_{0};     // workers still busy with the current job
  std::atomic<bool> stopping_{false};
  const std::atomic<bool>* interrupt_ = nullptr;
  mutable std::atomic<bool> stopped_{false};  // a body has seen the interrupt
  std::vector<std::thread> workers_;
};

}  // namespace lacuna::cpu
