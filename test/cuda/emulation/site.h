// A line of a kernel's source, as reports name it. Not in the namespace of the emulation: a call
// with a site as argument would find its functions as well as the kernels'.
#pragma once

namespace lacuna {

struct Site {
  const char* file = "";
  int line = 0;

  static constexpr Site here(const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
    return {file, line};
  }
  bool operator==(const Site& other) const { return line == other.line && file == other.file; }
};

}  // namespace lacuna
