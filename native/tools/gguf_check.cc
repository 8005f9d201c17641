// Opens each file named in the arguments, or on standard input one a line, and uses all of it:
// metadata, the ends of every tensor, the first row of each through every dequantiser this CPU can
// run. Built with AddressSanitizer and UndefinedBehaviorSanitizer, it turns a missed check into a
// crash.
//
// One line a file: `ok`, or `code: message | remedy`. Exit status 0 unless it crashed.
#include <cstdio>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "cpu/dequantize.h"
#include "format/error.h"
#include "format/gguf.h"

namespace lacuna {
namespace {

// Keeps reads alive that nothing else needs.
volatile uint64_t sink;

void use(uint64_t value) {
  sink = sink + value;
}
void use(int64_t value) {
  use(static_cast<uint64_t>(value));
}
void use(double value) {
  use(static_cast<uint64_t>(value != 0));
}
void use(bool value) {
  use(static_cast<uint64_t>(value));
}
void use(std::string_view text) {
  for (const char c : text) use(static_cast<uint64_t>(static_cast<unsigned char>(c)));
}

template <typename Element>
void use(const std::vector<Element>& elements) {
  for (const Element element : elements) use(element);
}

template <typename... Types>
void use(const std::variant<Types...>& value) {
  std::visit([](const auto& held) { use(held); }, value);
}

std::vector<DequantizeRow> dequantizers(TensorType type) {
  std::vector<DequantizeRow> rows{dequantize_row(type)};
#ifdef LACUNA_X86
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("f16c")) {
    rows.push_back(cpu::dequantize_row_avx2(type));
  }
  if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512dq")) {
    rows.push_back(cpu::dequantize_row_avx512(type));
  }
#endif
  return rows;
}

void use(const TensorInfo& tensor) {
  use(std::to_integer<uint64_t>(tensor.data[0]));
  use(std::to_integer<uint64_t>(tensor.data[tensor.bytes - 1]));
  std::vector<float> row(tensor.shape[0]);
  for (const DequantizeRow dequantize : dequantizers(tensor.type)) {
    dequantize(tensor.data, row.data(), row.size());
    use(static_cast<double>(row.back()));
  }
}

std::string check(const std::string& path) {
  try {
    const GgufFile file = GgufFile::open(path);
    for (const auto& [key, value] : file.metadata()) {
      use(std::string_view(key));
      use(value);
    }
    for (const TensorInfo& tensor : file.tensors()) use(tensor);
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
