// What the emulated device offers beside the driver's own functions, and lines of JSON about it.
#pragma once

#include <cstddef>
#include <string>

namespace lacuna {

// Functions of a library that stands in for the driver; null where it is another library.
struct EmulatedLibrary {
  int (*configure)(const char* settings) = nullptr;  // 0, or what it cannot do
  const char* (*report)() = nullptr;                 // what went wrong first
  const char* (*counters)() = nullptr;               // since they were last asked for, as JSON
  size_t (*graph_launches)() = nullptr;              // since they were last asked for
  size_t (*allocations)() = nullptr;                 // that live
};

EmulatedLibrary open_emulated(const char* path);

// As JSON; lines become one.
std::string quoted(const std::string& text);

}  // namespace lacuna
