#include "cpu/thread_pool.h"

namespace lacuna::cpu {
namespace {

// Polls before giving way, and gives way before sleeping: the next operation of a forward pass
// follows within microseconds, the next request may not come for minutes. Giving way matters where
// the thread that is waited for shares this core.
constexpr int kPolls = 100;
constexpr int kYields = 50;

void pause() {
#ifdef LACUNA_X86
  __builtin_ia32_pause();
#else
  std::this_thread::yield();
#endif
}

// Waits until `value` is no longer `old`.
uint32_t wait_for_change(const std::atomic<uint32_t>& value, uint32_t old) {
  for (int i = 0; i < kPolls + kYields; ++i) {
    const uint32_t now = value.load(std::memory_order_acquire);
    if (now != old) return now;
    if (i < kPolls) {
      pause();
    } else {
      std::this_thread::yield();
    }
  }
  value.wait(old, std::memory_order_acquire);
  return value.load(std::memory_order_acquire);
}

}  // namespace

ThreadPool::ThreadPool(size_t threads) {
  for (size_t i = 1; i < threads; ++i) workers_.emplace_back([this, i] { work(i); });
}

ThreadPool::~ThreadPool() {
  stopping_.store(true, std::memory_order_relaxed);
  generation_.fetch_add(1, std::memory_order_release);
  generation_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

void ThreadPool::run_part(size_t thread) const {
  const size_t count = workers_.size() + 1;
  const size_t first = units_ * thread / count, last = units_ * (thread + 1) / count;
  if (first < last) call_(body_, first, last, thread);
}

void ThreadPool::run_erased(size_t units, Call call, const void* body) {
  call_ = call;
  body_ = body;
  units_ = units;
  running_.store(static_cast<uint32_t>(workers_.size()), std::memory_order_relaxed);
  generation_.fetch_add(1, std::memory_order_release);
  generation_.notify_all();
  run_part(0);
  for (uint32_t left = running_.load(std::memory_order_acquire); left != 0;)
    left = wait_for_change(running_, left);
}

void ThreadPool::work(size_t thread) {
  uint32_t seen = 0;
  for (;;) {
    seen = wait_for_change(generation_, seen);
    if (stopping_.load(std::memory_order_relaxed)) return;
    run_part(thread);
    if (running_.fetch_sub(1, std::memory_order_acq_rel) == 1) running_.notify_all();
  }
}

}  // namespace lacuna::cpu
