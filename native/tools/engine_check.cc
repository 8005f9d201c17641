// Storms an engine over each model named in the arguments, or on standard input one a line: threads
// submit, cancel, ask what is resident, save and restore prefixes, all at once, and then close it
// while they go on. Every request must end exactly once, none may wait for ever, and every page of
// the cache must be given back. What answers say is for runtime_check; this is about the threads
// that compute them. Built with ThreadSanitizer or AddressSanitizer, it turns a missed lock or a
// use after free into a crash.
//
// One line a file: `ok`, or `code: message | remedy`. Exit status 0 unless it crashed.
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <future>
#include <iostream>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "format/error.h"
#include "runtime/load.h"

namespace lacuna {
namespace {

constexpr size_t kClients = 4;
constexpr size_t kRequests = 16;  // of each client, in each storm
constexpr size_t kContext = 128;
// So long without any request ending is a stall, under a sanitizer on a busy machine, too. Counted
// second by second: one in which the whole process was stopped is one only.
constexpr int kStallSeconds = 120;

Error failure(const std::string& what) {
  return Error(ErrorCode::kCorrupt, what,
               "Run it again under a debugger: it sends the same each time.");
}

// Counts ends of requests, of all clients together.
class Progress {
 public:
  void end() {
    const std::lock_guard lock(mutex_);
    ++ends_;
    changed_.notify_all();
  }

  // Until `ended()` is true; throws where nothing ends any more.
  void wait(const std::function<bool()>& ended) {
    std::unique_lock lock(mutex_);
    while (!ended()) {
      const size_t before = ends_;
      int seconds = 0;
      while (!changed_.wait_for(lock, std::chrono::seconds(1), [&] { return ends_ != before; })) {
        if (++seconds < kStallSeconds) continue;
        throw failure("no request has ended for two minutes, and some wait");
      }
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  size_t ends_ = 0;
};

// A request that was sent, and how often it has ended.
struct Sent {
  Engine::Handle handle = 0;
  std::atomic<int> ends{0};
};

// What one thread does, the same for the same seed.
class Client {
 public:
  Client(Engine& engine, Progress& progress, uint32_t seed, std::filesystem::path file)
      : engine_(engine), progress_(progress), random_(seed), file_(std::move(file)) {}

  void storm() {
    for (size_t i = 0; i < kRequests; ++i) {
      submit();
      // Any request so far may be cancelled, and those that have ended, too.
      if (below(3) == 0) engine_.cancel(sent_[below(sent_.size())]->handle);
      if (below(4) == 0) engine_.resident(prompt());
      if (below(8) == 0) engine_.pages();
      if (below(16) == 0) files();
      if (below(4) == 0) std::this_thread::sleep_for(std::chrono::microseconds(below(3000)));
    }
  }

  // Until all of its requests have ended; throws where they do not.
  void wait() {
    for (const auto& sent : sent_) progress_.wait([&] { return sent->ends > 0; });
  }

  // Once the engine is closed nothing can end any more.
  void check_ends() const {
    for (const auto& sent : sent_) {
      if (sent->ends != 1)
        throw failure("a request has ended " + std::to_string(sent->ends) + " times");
    }
  }

 private:
  size_t below(size_t limit) { return random_() % limit; }

  // Few beginnings, so that requests share pages and push each other's out of the cache.
  std::vector<int32_t> prompt() {
    const size_t family = below(4), length = 1 + below(kContext * 3 / 4);
    std::vector<int32_t> tokens(length);
    for (size_t i = 0; i < length; ++i) tokens[i] = static_cast<int32_t>(i * (3 + family) % 250);
    if (below(2) == 0) tokens.back() = static_cast<int32_t>(below(250));
    return tokens;
  }

  void submit() {
    Request request;
    request.tokens = prompt();
    request.lane = static_cast<Lane>(below(4));
    request.max_tokens = below(3) == 0 ? below(kContext) : below(8);
    request.sampling.temperature = below(2) == 0 ? 0.0f : 1.0f;
    request.sampling.seed = below(1000);
    request.overflow = below(2) == 0 ? Overflow::kStop : Overflow::kTrim;
    request.keep_first = below(16);
    request.heal = below(4);
    // The engine may hear of it last, when this client is long done with it.
    auto sent = std::make_shared<Sent>();
    sent_.push_back(sent);
    sent->handle = engine_.submit(
        std::move(request),
        {.on_token = [](const TokenEvent&) {},
         .on_end =
             [sent, &progress = progress_](const std::exception_ptr&, const Summary&) {
               ++sent->ends;
               progress.end();
             }});
  }

  void files() {
    try {
      engine_.save_prefix(prompt(), file_);
      if (std::filesystem::exists(file_)) engine_.restore_prefix(file_);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::kClosed) throw;
    }
  }

  Engine& engine_;
  Progress& progress_;
  std::mt19937 random_;
  std::filesystem::path file_;
  std::vector<std::shared_ptr<Sent>> sent_;
};

// A folder for files of prefixes, gone with what is in it afterwards.
struct Folder {
  const std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("lacuna-engine-check-" + std::to_string(getpid()));

  Folder() { std::filesystem::create_directories(path); }
  ~Folder() { std::filesystem::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
};

// Runs `body` for each client on a thread of its own; throws the first error of any.
void together(std::vector<Client>& clients, const std::function<void(Client&)>& body) {
  std::vector<std::future<void>> threads;
  for (Client& client : clients) {
    threads.push_back(std::async(std::launch::async, [&] { body(client); }));
  }
  std::exception_ptr error;
  for (auto& thread : threads) {
    try {
      thread.get();
    } catch (...) {
      if (!error) error = std::current_exception();
    }
  }
  if (error) std::rethrow_exception(error);
}

void check_pages(const PageUsage& usage) {
  if (usage.held != 0 || usage.shared != 0 || usage.free + usage.cached != usage.total)
    throw failure("of " + std::to_string(usage.total) + " pages " + std::to_string(usage.held) +
                  " are still held, " + std::to_string(usage.free) + " free and " +
                  std::to_string(usage.cached) + " cached");
}

void storm(const std::string& model, cpu::Path path) {
  const Folder folder;
  Progress progress;  // outlives the engine, whose thread tells it of ends
  const LoadOptions options{.context_length = kContext, .threads = 2, .chunk = 32, .path = path};
  const std::unique_ptr<Engine> engine = load_engine(model, options, [](double) {}).engine;
  std::vector<Client> clients;
  for (uint32_t i = 0; i < kClients; ++i)
    clients.emplace_back(*engine, progress, i, folder.path / std::to_string(i));
  together(clients, [](Client& client) {
    client.storm();
    client.wait();
  });
  check_pages(engine->pages());

  // Closed by one thread, and by another, while the clients send what nobody serves any more.
  std::vector<Client> late;
  for (uint32_t i = 0; i < kClients; ++i)
    late.emplace_back(*engine, progress, kClients + i, folder.path / std::to_string(i));
  std::vector<std::future<void>> closing;
  for (int i = 0; i < 2; ++i) {
    closing.push_back(std::async(std::launch::async, [&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      engine->close();
    }));
  }
  together(late, [](Client& client) {
    client.storm();
    client.wait();
  });
  for (auto& thread : closing) thread.get();
  for (const auto* all : {&clients, &late}) {
    for (const Client& client : *all) client.check_ends();
  }
}

std::string check(const std::string& path) {
  try {
    for (const cpu::Path cpu_path : {path_for(0), cpu::best_path()}) storm(path, cpu_path);
    return "ok";
  } catch (const Error& error) {
    return std::string(error_code_name(error.code())) + ": " + error.what() + " | " +
           error.remedy();
  }
}

}  // namespace
}  // namespace lacuna

int main(int argc, char** argv) {
  std::vector<std::string> paths(argv + 1, argv + argc);
  if (paths.empty()) {
    for (std::string line; std::getline(std::cin, line);) paths.push_back(line);
  }
  for (const std::string& path : paths) {
    std::puts(lacuna::check(path).c_str());
    std::fflush(stdout);
  }
  return 0;
}
