// Reads each file of saved KV named on standard input, one a line, as an engine with a made-up
// identity would. Built with AddressSanitizer and UndefinedBehaviorSanitizer, it turns a read out
// of bounds into a crash.
//
// One line a file: `ok`, or `code: message | remedy`. Exit status 0 unless it crashed.
#include <cstdio>
#include <iostream>
#include <string>

#include "format/error.h"
#include "runtime/prefix_file.h"

namespace lacuna {
namespace {

std::string check(const std::string& path) {
  const CacheIdentity identity{
      .model = 0x0123456789abcdef, .path = "avx2", .token_bytes = 24, .vocabulary = 100};
  try {
    const PrefixSnapshot snapshot = read_prefix_file(path, identity);
    const bool whole = snapshot.kv.size() == snapshot.tokens.size() * identity.token_bytes;
    return whole ? "ok" : "corrupt: too little was read | none";
  } catch (const Error& error) {
    return std::string(error_code_name(error.code())) + ": " + error.what() + " | " +
           error.remedy();
  }
}

}  // namespace
}  // namespace lacuna

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    std::puts(lacuna::check(line).c_str());
    std::fflush(stdout);
  }
  return 0;
}
