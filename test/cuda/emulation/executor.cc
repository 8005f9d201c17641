#include "executor.h"

#include <bit>
#include <cstring>

#include "fault.h"
#include "unseen.h"

extern "C" {
__attribute__((weak)) void __tsan_acquire(void* address);
__attribute__((weak)) void __tsan_release(void* address);
__attribute__((weak)) void __asan_poison_memory_region(void const volatile* address, size_t size);
__attribute__((weak)) void __asan_unpoison_memory_region(void const volatile* address, size_t size);
}

namespace lacuna::emulation {
namespace {

constexpr uint32_t kWarpLanes = 32;
// The most any device has for a block, and room for the gaps between variables.
constexpr size_t kSharedBytes = 1 << 20, kSharedGap = 64;

// What happens before a release happens before every later acquire of the same name.
void release(void* name) {
  if (__tsan_release) __tsan_release(name);
}
void acquire(void* name) {
  if (__tsan_acquire) __tsan_acquire(name);
}
void close_memory(std::byte* address, size_t bytes) {
  if (__asan_poison_memory_region) __asan_poison_memory_region(address, bytes);
}
void open_memory(std::byte* address, size_t bytes) {
  if (__asan_unpoison_memory_region) __asan_unpoison_memory_region(address, bytes);
}

// One executor runs at a time, and fibres are dear to make under ThreadSanitizer: they stay for the
// next.
Fiber& pooled_fiber(size_t i) {
  static std::vector<std::unique_ptr<Fiber>> fibers;
  while (fibers.size() <= i) fibers.push_back(std::make_unique<Fiber>());
  return *fibers[i];
}

// Names for ThreadSanitizer: everything before a block, everything of it, and its barriers in turn.
char before_block, after_block, block_barriers[2];

}  // namespace

struct Executor::Thread {
  explicit Thread(Fiber& own) : fiber(own) {}

  Fiber& fiber;  // of the pool
  Index3 index;
  bool finished = false;
  Site site;  // where it waits
  AsyncCopies copies;
  uint64_t exchanges = 0;
};

struct Executor::Warp {
  // A bit for each lane that has come to the meeting, waits at the block's barrier, has ended.
  uint32_t waiting = 0, at_barrier = 0, ended = 0;
  const char* what = "";
  Site site;
  uint64_t time = 0;
  char sync[2];
  alignas(16) std::byte exchanged[2][kWarpLanes * kMostExchanged];
};

Executor::Executor(const Settings& settings, DeviceMemory& memory)
    : settings_(settings), memory_(memory), schedule_(settings.order, settings.seed) {}

Executor::~Executor() = default;

Executor::Thread& Executor::current() {
  return *threads_[current_];
}

void Executor::run(const Launch& launch) {
  launch_ = &launch;
  running_executor = this;
  launch_number_ += 1;
  counting_ = &counters_[launch.kernel->name];
  counting_->launches += 1;
  ::gridDim = launch.grid;
  ::blockDim = launch.block;
  if (shared_ == nullptr) {
    shared_ = std::make_unique<LazyBytes>(kSharedBytes);
    shared_used_ = kSharedBytes;
  }
  const uint32_t blocks = launch.grid.x * launch.grid.y * launch.grid.z;
  for (const uint32_t number : schedule_.shuffled(blocks)) {
    block_number_ = number;
    ::blockIdx = {number % launch.grid.x, number / launch.grid.x % launch.grid.y,
                  number / launch.grid.x / launch.grid.y};
    counting_->blocks += 1;
    run_block();
  }
}

void Executor::thread_main() {
  Executor& executor = *running_executor;
  acquire(&before_block);
  executor.launch_->kernel->run(executor.launch_->params.data());
  Thread& thread = executor.current();
  thread.finished = true;
  executor.finished_ += 1;
  const uint32_t warp = executor.current_ / kWarpLanes, bit = 1u << executor.current_ % kWarpLanes;
  executor.runnable_[warp] &= ~bit;
  executor.warps_[warp].ended |= bit;
  release(&after_block);
  thread.fiber.leave(true);
}

void Executor::run_block() {
  const Index3 shape = launch_->block;
  threads_used_ = shape.x * shape.y * shape.z;
  while (threads_.size() < threads_used_) {
    threads_.push_back(std::make_unique<Thread>(pooled_fiber(threads_.size())));
  }
  warps_.resize(threads_used_ / kWarpLanes);
  for (Warp& warp : warps_) warp.waiting = warp.at_barrier = warp.ended = 0;
  runnable_.assign(warps_.size(), ~0u);
  for (uint32_t i = 0; i < threads_used_; ++i) {
    Thread& t = *threads_[i];
    t.index = {i % shape.x, i / shape.x % shape.y, i / shape.x / shape.y};
    t.finished = false;
    t.copies.open.clear();
    t.copies.groups.clear();
    t.copies.first = 0;
    t.exchanges = 0;
    t.fiber.reset(thread_main);
  }
  finished_ = at_barrier_ = 0;
  current_ = schedule_.before_first(threads_used_);
  fault_.clear();
  shared_variables_.clear();
  // Not a number, whichever way it is read: nothing of the block before is there by chance.
  open_memory(shared_->data(), shared_used_);
  std::memset(shared_->data(), 0xff, shared_used_);
  close_memory(shared_->data(), kSharedBytes);
  shared_used_ = 0;
  dynamic_ = launch_->dynamic_shared > 0 ? take_shared(launch_->dynamic_shared) : nullptr;
  release(&before_block);
  while (finished_ < threads_used_ && fault_.empty()) {
    const uint32_t next = schedule_.next(current_, runnable_);
    if (next == Schedule::kNobody) report_stuck();
    enter(next);
  }
  acquire(&after_block);
  if (settings_.coalescing) coalescing_.finish(*counting_);
  if (!fault_.empty()) throw Fault(fault_);
}

void Executor::enter(uint32_t thread) {
  current_ = thread;
  ::threadIdx = current().index;
  current().fiber.enter();
}

void Executor::suspend() {
  Thread& thread = current();
  runnable_[current_ / kWarpLanes] &= ~(1u << current_ % kWarpLanes);
  const uint32_t next = schedule_.next(current_, runnable_);
  if (next == Schedule::kNobody) {
    thread.fiber.leave(false);
    return;
  }
  current_ = next;
  ::threadIdx = current().index;
  thread.fiber.hand_over(current().fiber);
}

void Executor::fail(const std::string& what, Site site) {
  const Index3 t = current().index, b = ::blockIdx;
  fault_ = std::string(launch_->kernel->name) + ": " + what + ", at " + to_text(site) +
           ", thread " + std::to_string(t.x) + " of block " + std::to_string(b.x) +
           (b.y + b.z > 0 ? "," + std::to_string(b.y) + "," + std::to_string(b.z) : "");
  Unseen::end();
  current().fiber.leave(false);
  __builtin_unreachable();
}

void Executor::report_stuck() {
  std::string text = std::string(launch_->kernel->name) + ": the threads of block " +
                     std::to_string(block_number_) + " wait for each other for ever:";
  if (finished_ > 0) text += " " + std::to_string(finished_) + " have ended;";
  std::map<std::string, uint32_t> waiting;
  for (uint32_t i = 0; i < threads_used_; ++i) {
    if (!threads_[i]->finished) waiting[to_text(threads_[i]->site)] += 1;
  }
  for (const auto& [where, count] : waiting) text += " " + std::to_string(count) + " at " + where;
  throw Fault(text);
}

std::byte* Executor::global_address(uint64_t address, size_t bytes, size_t alignment, Access access,
                                    Site site) {
  std::byte* host = nullptr;
  std::string wrong;
  try {
    host = memory_.access(address, bytes, alignment, access, {launch_number_, block_number_});
  } catch (const Fault& fault) {
    wrong = fault.what();
  }
  if (host == nullptr) fail(wrong, site);
  if (access == Access::kRead) {
    counting_->distinct_bytes_read +=
        kSectorBytes * memory_.first_reads(address, bytes, launch_number_);
  }
  (access == Access::kRead ? counting_->bytes_read : counting_->bytes_written) += bytes;
  if (settings_.coalescing) coalescing_.add(current_, address, bytes, access, site);
  return host;
}

std::byte* Executor::take_shared(size_t bytes) {
  const size_t begin = (shared_used_ + kSharedGap + 127) / 128 * 128;
  shared_used_ = begin + bytes;
  std::byte* address = shared_->data() + begin;
  open_memory(address, bytes);
  return address;
}

void* Executor::shared_variable(const void* key, size_t bytes, Site) {
  for (const SharedVariable& v : shared_variables_) {
    if (v.key == key) return v.address;
  }
  shared_variables_.push_back({key, take_shared(bytes)});
  return shared_variables_.back().address;
}

unsigned char* Executor::dynamic_shared() {
  return reinterpret_cast<unsigned char*>(dynamic_);
}

void Executor::check_shared(const void* address, size_t bytes, Site site) {
  const auto offset = static_cast<const std::byte*>(address) - shared_->data();
  if (offset < 0 || static_cast<size_t>(offset) + bytes > shared_used_) {
    fail("an address outside of shared memory", site);
  }
  if (static_cast<size_t>(offset) % bytes != 0) {
    fail("an address in shared memory that is not aligned to " + std::to_string(bytes), site);
  }
}

AsyncCopies& Executor::async_copies() {
  return current().copies;
}

void Executor::block_barrier(Site site) {
  if (finished_ > 0) fail("a barrier that some threads have left out: they have ended", site);
  if (at_barrier_ > 0 && !(barrier_site_ == site)) {
    fail("divergent barrier: other threads wait at " + to_text(barrier_site_), site);
  }
  Thread& thread = current();
  void* name = &block_barriers[barrier_time_ % 2];
  release(name);
  barrier_site_ = thread.site = site;
  warps_[current_ / kWarpLanes].at_barrier |= 1u << current_ % kWarpLanes;
  if (++at_barrier_ == threads_used_) {
    finish_barrier();
  } else {
    suspend();
  }
  acquire(name);
}

void Executor::finish_barrier() {
  counting_->barriers += 1;
  barrier_time_ += 1;
  at_barrier_ = 0;
  for (Warp& warp : warps_) warp.at_barrier = 0;
  runnable_.assign(warps_.size(), ~0u);
}

// Ends the launch: some lanes of the warp will not come where the others meet.
void Executor::fail_to_meet(const Warp& warp, const char* what, Site site) {
  const auto lane = static_cast<uint32_t>(std::countr_zero(warp.ended | warp.at_barrier));
  if (warp.ended >> lane & 1) {
    fail(std::string(what) + " of a warp of which lane " + std::to_string(lane) + " has ended",
         site);
  }
  const Thread& other = *threads_[current_ / kWarpLanes * kWarpLanes + lane];
  fail(std::string("divergent ") + what + ": lane " + std::to_string(lane) +
           " waits at the barrier at " + to_text(other.site),
       site);
}

// Waits until all lanes of the warp have come to the same line.
void Executor::meet(const char* what, Site site, bool ordered) {
  Warp& warp = warps_[current_ / kWarpLanes];
  const uint32_t bit = 1u << current_ % kWarpLanes;
  if (warp.waiting != 0 &&
      (!(warp.site == site) || (warp.what != what && std::strcmp(warp.what, what) != 0))) {
    fail(std::string("divergent ") + what + ": other lanes wait in " + warp.what + " at " +
             to_text(warp.site),
         site);
  }
  if ((warp.ended | warp.at_barrier) != 0) fail_to_meet(warp, what, site);
  void* name = &warp.sync[warp.time % 2];
  if (ordered) release(name);
  warp.what = what;
  warp.site = current().site = site;
  warp.waiting |= bit;
  if (warp.waiting == ~0u) {
    warp.waiting = 0;
    warp.time += 1;
    runnable_[current_ / kWarpLanes] = ~0u;
  } else {
    suspend();
  }
  if (ordered) acquire(name);
}

void Executor::warp_barrier(Site site) {
  meet("warp_barrier", site, true);
}

const std::byte* Executor::exchange(const char* what, const void* mine, size_t bytes, Site site) {
  Warp& warp = warps_[current_ / kWarpLanes];
  std::byte* all = warp.exchanged[current().exchanges++ % 2];
  copy_unseen(all + current_ % kWarpLanes * kMostExchanged, mine, bytes);
  meet(what, site, false);
  return all;
}

}  // namespace lacuna::emulation
