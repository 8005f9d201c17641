#include "runtime/engine.h"

#include <algorithm>

#include "format/error.h"

namespace lacuna {
namespace {

std::exception_ptr closed_error() {
  return std::make_exception_ptr(Error(ErrorCode::kClosed,
                                       "the engine was closed before the request was served",
                                       "Load the model again."));
}

}  // namespace

Engine::Engine(std::unique_ptr<Session> session) : session_(std::move(session)) {
  cached_.reserve(session_->model().context_length());
  thread_ = std::thread([this] { work(); });
}

Engine::~Engine() {
  close();
}

Engine::Handle Engine::submit(Request request, Listener listener) {
  auto shared =
      std::make_shared<std::pair<Request, Listener>>(std::move(request), std::move(listener));
  auto job = std::make_shared<Job>();
  job->run = [this, shared](const std::atomic<bool>& aborted) {
    const auto& [ask, hear] = *shared;
    Summary summary;
    std::exception_ptr error;
    try {
      summary = session_->generate(ask, hear.on_token, aborted);
    } catch (...) {
      error = std::current_exception();
    }
    publish();
    hear.on_end(error, summary);
  };
  job->drop = [shared] { shared->second.on_end(closed_error(), Summary{}); };
  return enqueue(shared->first.lane, std::move(job));
}

std::future<std::vector<float>> Engine::logits(std::vector<int32_t> tokens, size_t chunk) {
  auto promise = std::make_shared<std::promise<std::vector<float>>>();
  auto job = std::make_shared<Job>();
  job->run = [this, promise, tokens = std::move(tokens), chunk](const std::atomic<bool>& aborted) {
    try {
      std::vector<float> rows = session_->logits(tokens, chunk, aborted);
      publish();
      if (rows.empty()) {
        promise->set_exception(closed_error());
      } else {
        promise->set_value(std::move(rows));
      }
    } catch (...) {
      promise->set_exception(std::current_exception());
    }
  };
  job->drop = [promise] { promise->set_exception(closed_error()); };
  std::future<std::vector<float>> future = promise->get_future();
  enqueue(Lane::kChat, std::move(job));
  return future;
}

Engine::Handle Engine::enqueue(Lane lane, std::shared_ptr<Job> job) {
  {
    const std::lock_guard lock(mutex_);
    if (!closed_) {
      const Handle handle = next_handle_++;
      queue_.emplace(Key{static_cast<int>(lane), handle}, std::move(job));
      wake_.notify_one();
      return handle;
    }
  }
  job->drop();
  return 0;
}

void Engine::cancel(Handle handle) {
  const std::lock_guard lock(mutex_);
  if (running_ && running_handle_ == handle) running_->aborted = true;
  for (const auto& [key, job] : queue_) {
    if (key.second == handle) job->aborted = true;
  }
}

size_t Engine::resident(std::span<const int32_t> tokens) const {
  const std::lock_guard lock(mutex_);
  const size_t limit = std::min(tokens.size(), cached_.size());
  return static_cast<size_t>(
      std::mismatch(tokens.begin(), tokens.begin() + limit, cached_.begin()).first -
      tokens.begin());
}

// Before the listener hears of the end, so that whoever asks then gets the truth.
void Engine::publish() {
  const std::lock_guard lock(mutex_);
  cached_ = session_->cached();
}

void Engine::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return closed_ || !queue_.empty(); });
    if (closed_) return;
    const auto first = queue_.begin();
    running_handle_ = first->first.second;
    running_ = first->second;
    queue_.erase(first);
    const std::shared_ptr<Job> job = running_;
    lock.unlock();
    job->run(job->aborted);
    lock.lock();
    running_.reset();
  }
}

void Engine::close() {
  std::map<Key, std::shared_ptr<Job>> dropped;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    if (running_) running_->aborted = true;
    dropped.swap(queue_);
    wake_.notify_all();
  }
  for (const auto& [key, job] : dropped) job->drop();
  const std::lock_guard join(join_mutex_);
  if (thread_.joinable()) thread_.join();
  // Weights, cache and scratch go now, not when the last owner lets go of the engine.
  session_.reset();
}

}  // namespace lacuna
