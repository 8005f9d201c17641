#include "runtime/engine.h"

#include <utility>

#include "runtime/logits_task.h"
#include "runtime/prefix_tasks.h"

namespace lacuna {

Engine::Engine(std::unique_ptr<DeviceModel> model, Vocabulary vocabulary, CacheIdentity identity)
    : model_(std::move(model)),
      device_(*model_),
      vocabulary_(std::move(vocabulary)),
      identity_(std::move(identity)),
      tree_(device_.pages(),
            [this](PageId from, PageId to, size_t tokens) { device_.copy_page(from, to, tokens); }),
      scheduler_(std::in_place, device_, vocabulary_, tree_) {
  thread_ = std::thread([this] { work(); });
}

Engine::~Engine() {
  close();
}

Engine::Handle Engine::submit(Request request, Listener listener) {
  {
    const std::lock_guard lock(mutex_);
    if (!closed_) {
      const Handle handle = next_handle_++;
      if (static_cast<int>(request.lane) < running_) interrupt_ = true;
      inbox_.requests.push_back({handle, std::move(request), std::move(listener)});
      wake_.notify_one();
      return handle;
    }
  }
  listener.on_end(closed_error(), Summary{});
  return 0;
}

void Engine::cancel(Handle handle) {
  const std::lock_guard lock(mutex_);
  inbox_.cancelled.push_back(handle);
  interrupt_ = true;
  wake_.notify_one();
}

void Engine::hold(size_t first) {
  const std::lock_guard lock(mutex_);
  held_ = first;
  if (running_ != kTask && running_ >= static_cast<int>(first)) interrupt_ = true;
  wake_.notify_one();
}

void Engine::add(Task task) {
  {
    const std::lock_guard lock(mutex_);
    if (!closed_) {
      inbox_.tasks.push_back(std::move(task));
      wake_.notify_one();
      return;
    }
  }
  task.drop();
}

std::future<std::vector<float>> Engine::logits(std::vector<int32_t> tokens, size_t chunk) {
  LogitsTask made = make_logits_task(device_, tree_, std::move(tokens), chunk);
  add(std::move(made.task));
  return std::move(made.logits);
}

size_t Engine::resident(std::span<const int32_t> tokens) const {
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return 0;
  }
  return tree_.match(tokens);
}

size_t Engine::save_prefix(std::vector<int32_t> tokens, const std::string& path) {
  SnapshotTask made = make_snapshot_task(device_, tree_, std::move(tokens));
  add(std::move(made.task));
  const PrefixSnapshot snapshot = made.snapshot.get();
  if (!snapshot.tokens.empty()) write_prefix_file(path, identity_, snapshot);
  return snapshot.tokens.size();
}

size_t Engine::restore_prefix(const std::string& path) {
  AdoptTask made = make_adopt_task(device_, tree_, read_prefix_file(path, identity_));
  add(std::move(made.task));
  return made.tokens.get();
}

void Engine::work() {
  while (take_in()) step();
  scheduler_->cancel_all();
  for (const Task& task : tasks_) task.drop();
  tasks_.clear();
}

// Waits for work. False when the engine closes.
bool Engine::take_in() {
  Inbox inbox;
  {
    std::unique_lock lock(mutex_);
    running_ = kNothing;
    const auto ready = [this] {
      return closed_ || !inbox_.empty() || !tasks_.empty() || next_lane().has_value();
    };
    if (scheduler_->keeps() && !wake_.wait_for(lock, kKeepFor, ready)) scheduler_->forget();
    wake_.wait(lock, ready);
    if (closed_) return false;
    inbox = std::exchange(inbox_, {});
    interrupt_ = false;
  }
  for (Queued& queued : inbox.requests) {
    scheduler_->add(queued.handle, std::move(queued.request), std::move(queued.listener));
  }
  for (const Handle handle : inbox.cancelled) scheduler_->cancel(handle);
  for (Task& task : inbox.tasks) tasks_.push_back(std::move(task));
  return true;
}

// The lane whose turn it is, unless it has to wait. Under `mutex_`.
std::optional<Lane> Engine::next_lane() const {
  const std::optional<Lane> lane = scheduler_->lane();
  return lane && static_cast<size_t>(*lane) < held_ ? lane : std::nullopt;
}

// A step of a task and a step of the lane whose turn it is, unless something new has come.
void Engine::step() {
  if (!tasks_.empty() && start(kTask) && tasks_.front().step(interrupt_)) {
    tasks_.pop_front();
    scheduler_->unpark();
  }
  const std::optional<Lane> lane = scheduler_->lane();
  if (lane && start(static_cast<int>(*lane))) scheduler_->run(interrupt_);
}

// False where something new has come, or the lane has to wait; otherwise what does come interrupts
// what is to run now.
bool Engine::start(int running) {
  const std::lock_guard lock(mutex_);
  if (running != kTask && static_cast<size_t>(running) >= held_) return false;
  running_ = running;
  return inbox_.empty() && !closed_;
}

void Engine::close() {
  Inbox refused;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    interrupt_ = true;
    refused = std::exchange(inbox_, {});
    wake_.notify_one();
  }
  for (const Queued& queued : refused.requests) queued.listener.on_end(closed_error(), Summary{});
  for (const Task& task : refused.tasks) task.drop();
  const std::lock_guard join(join_mutex_);
  if (thread_.joinable()) thread_.join();
  // Weights, cache and scratch go now, not when the last owner lets go of the engine.
  scheduler_.reset();
  model_.reset();
}

}  // namespace lacuna
