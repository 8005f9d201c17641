// Loads each model named in the arguments, or on standard input one a line, and lets it answer: a
// prompt long enough for both attention forms, then a few sampled tokens, on the reference and on
// the fastest path. Built with AddressSanitizer and UndefinedBehaviorSanitizer, it turns a wrong
// size anywhere on the way into a crash.
//
// One line a file: `ok`, or `code: message | remedy`. Exit status 0 unless it crashed.
#include <cstdio>
#include <future>
#include <iostream>
#include <string>
#include <vector>

#include "format/error.h"
#include "runtime/load.h"

namespace lacuna {
namespace {

void answer(Engine& engine) {
  const auto vocabulary = static_cast<int32_t>(engine.model().config().vocabulary);
  Request request;
  for (int32_t i = 0; i < 40; ++i) request.tokens.push_back(i * 7 % vocabulary);
  request.max_tokens = 4;
  request.sampling.temperature = 1;
  request.sampling.repetition_penalty = 1.1f;
  std::promise<void> done;
  engine.submit(std::move(request), {.on_token = [](const TokenEvent&) {},
                                     .on_end =
                                         [&done](const std::exception_ptr& error, const Summary&) {
                                           if (error) {
                                             done.set_exception(error);
                                           } else {
                                             done.set_value();
                                           }
                                         }});
  done.get_future().get();
}

std::string check(const std::string& path) {
  try {
    for (const cpu::Path cpu_path : {cpu::Path::kReference, cpu::best_path()}) {
      const LoadOptions options{.context_length = 64, .threads = 2, .chunk = 32, .path = cpu_path};
      answer(*load_engine(path, options, [](double) {}).engine);
    }
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
