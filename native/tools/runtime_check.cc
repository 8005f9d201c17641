// Storms of requests from several threads against the engine, over a made-up device: one for each
// seed named in the arguments. Built with AddressSanitizer or ThreadSanitizer, it turns a use of
// what is gone, or of what another thread is changing, into a report.
//
// One line a storm: `ok`, or what was wrong. Exit status 0 if all were ok.
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <mutex>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "format/error.h"
#include "runtime/engine.h"
#include "testing/fake_device.h"

// The count of an exception's owners is kept inside the C++ library, which is not instrumented: who
// frees it seems not to know that others have read it.
extern "C" __attribute__((visibility("default"))) const char* __tsan_default_suppressions() {
  return "race:std::__exception_ptr::exception_ptr::_M_release\n";
}

namespace lacuna {
namespace {

constexpr size_t kThreads = 3, kRequests = 120;
constexpr size_t kPages = 5;  // too few for all: how wide a search may be depends on them

Vocabulary numbers(size_t size) {
  std::vector<std::string> texts;
  for (size_t id = 0; id < size; ++id) texts.push_back(id % 13 == 12 ? "\n" : std::to_string(id));
  return Vocabulary::of(std::vector<std::string_view>(texts.begin(), texts.end()));
}

std::unique_ptr<Engine> make_engine(size_t pages, bool keeps_logits,
                                    testing::FakeDrafts drafts = testing::FakeDrafts::kNone) {
  auto device =
      std::make_unique<testing::FakeDevice>(testing::FakeOptions{.layers = 2,
                                                                 .vocabulary = 40,
                                                                 .context_length = 192,
                                                                 .max_chunk = 24,
                                                                 .pages = pages,
                                                                 .keeps_logits = keeps_logits,
                                                                 .drafts = drafts});
  const CacheIdentity identity{1, "fake", device->page_bytes() / kPageTokens, 40};
  return std::make_unique<Engine>(std::move(device), numbers(40), identity);
}

// One of some texts, of some length, or one that parts from it somewhere.
Request random_request(std::mt19937& random) {
  Request request;
  const size_t length = 1 + random() % 160, fork = random() % 160;
  const auto base = static_cast<int32_t>(random() % 3), other = static_cast<int32_t>(random() % 3);
  for (size_t i = 0; i < length; ++i) {
    const int32_t shift = i < fork ? base : other;
    request.tokens.push_back((static_cast<int32_t>(i) * 7 + shift * 11) % 40);
  }
  request.lane = static_cast<Lane>(random() % 4);
  request.max_tokens = random() % 12;
  request.heal = random() % 3;
  if (random() % 3 == 0) request.beam = 1 + random() % kMostBeamWidth;
  if (random() % 2 == 0) request.drafts.length = random() % 5;
  if (random() % 4 == 0) request.drafts.sources.push_back(request.tokens);
  return request;
}

// What became of all requests of a storm.
class Log {
 public:
  struct Entry {
    Request request;
    std::vector<int32_t> ids;
    size_t ends = 0;
    Summary summary;
  };

  Listener listen(size_t index, const Request& request) {
    const std::lock_guard lock(mutex_);
    entries_[index].request = request;
    ++open_;
    return {.on_token =
                [this, index](const TokenEvent& token) {
                  const std::lock_guard guard(mutex_);
                  entries_[index].ids.push_back(token.id);
                },
            .on_end =
                [this, index](const std::exception_ptr&, const Summary& summary) {
                  const std::lock_guard guard(mutex_);
                  ++entries_[index].ends;
                  entries_[index].summary = summary;
                  --open_;
                  changed_.notify_all();
                }};
  }

  // Throws when they take implausibly long.
  std::map<size_t, Entry> wait() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, std::chrono::minutes(4), [this] { return open_ == 0; })) {
      throw std::runtime_error("stalled: " + std::to_string(open_) + " requests have not ended");
    }
    return entries_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<size_t, Entry> entries_;
  size_t open_ = 0;
};

void client(Engine& engine, Log& log, size_t thread, uint32_t seed, const std::string& file) {
  std::mt19937 random(seed * 31 + static_cast<uint32_t>(thread));
  Engine::Handle handle = 0;
  for (size_t i = 0; i < kRequests; ++i) {
    Request request = random_request(random);
    const std::vector<int32_t> tokens = request.tokens;
    Listener listener = log.listen(i * kThreads + thread, request);
    handle = engine.submit(std::move(request), std::move(listener));
    if (random() % 3 == 0) engine.cancel(handle - random() % 8);
    if (random() % 8 == 0) engine.hold(random() % (kLanes + 1));
    if (engine.resident(tokens) > tokens.size()) throw std::runtime_error("too much is resident");
    const PageUsage usage = engine.pages();
    if (usage.free + usage.held + usage.cached != usage.total) {
      throw std::runtime_error("the pages do not add up");
    }
    try {
      if (random() % 16 == 0) engine.save_prefix(tokens, file);
      if (random() % 16 == 0) engine.restore_prefix(file);
      if (random() % 32 == 0) engine.logits(tokens, 1 + random() % 24).get();
    } catch (const Error& error) {
      // No file yet, no pages left, or the engine is closing.
      if (error.code() == ErrorCode::kCorrupt) throw;
    }
    if (random() % 4 == 0) std::this_thread::sleep_for(std::chrono::microseconds(random() % 500));
  }
}

void check(const std::map<size_t, Log::Entry>& entries, bool closed) {
  const std::unique_ptr<Engine> alone = make_engine(kPages, false);
  for (const auto& [index, entry] : entries) {
    if (entry.ends != 1) throw std::runtime_error("a request ended " + std::to_string(entry.ends));
    Log log;
    Request plain = entry.request;
    plain.drafts.length = 0;
    alone->submit(plain, log.listen(0, plain));
    std::vector<int32_t> expected = log.wait().at(0).ids;
    const bool whole = entry.summary.reason != FinishReason::kAborted;
    if (whole && !closed && entry.ids.size() != expected.size()) {
      throw std::runtime_error("an answer is too short");
    }
    expected.resize(std::min(expected.size(), entry.ids.size()));
    if (entry.ids != expected) throw std::runtime_error("an answer differs");
  }
}

void storm(uint32_t seed) {
  const std::string file = std::filesystem::temp_directory_path() /
                           ("lacuna-" + std::to_string(std::random_device()()) + ".kv");
  const bool closes = seed % 2 == 1;
  const std::unique_ptr<Engine> engine =
      make_engine(kPages, seed / 2 % 2 == 1, static_cast<testing::FakeDrafts>(seed % 3));
  const auto& device = static_cast<const testing::FakeDevice&>(engine->model());
  Log log;
  std::vector<std::exception_ptr> errors(kThreads);
  std::vector<std::thread> threads;
  for (size_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      try {
        client(*engine, log, i, seed, file);
      } catch (...) {
        errors[i] = std::current_exception();
      }
    });
  }
  if (closes) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20 + seed % 100));
    engine->close();
  }
  for (std::thread& thread : threads) thread.join();
  engine->hold(kLanes);
  std::filesystem::remove(file);
  for (const std::exception_ptr& error : errors) {
    if (error) std::rethrow_exception(error);
  }
  const std::map<size_t, Log::Entry> entries = log.wait();
  if (!closes) {
    if (!device.faults.empty()) throw std::runtime_error(device.faults.front());
    // The pass of a cancelled prompt is kept for a moment.
    for (int waited = 0; engine->pages().held != 0; ++waited) {
      if (waited == 1000) throw std::runtime_error("a page is lost");
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }
  engine->close();
  check(entries, closes);
}

}  // namespace
}  // namespace lacuna

int main(int argc, char** argv) {
  int status = 0;
  for (int i = 1; i < argc; ++i) {
    try {
      lacuna::storm(static_cast<uint32_t>(std::atoi(argv[i])));
      std::puts("ok");
    } catch (const std::exception& exception) {
      std::printf("%s: %s\n", argv[i], exception.what());
      status = 1;
    }
    std::fflush(stdout);
  }
  return status;
}
