#include "emulated_library.h"

#include <dlfcn.h>

#include <type_traits>

namespace lacuna {

EmulatedLibrary open_emulated(const char* path) {
  EmulatedLibrary library;
  void* handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) return library;  // opening the driver will say why
  const auto find = [&](auto& function, const char* name) {
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(handle, name));
  };
  find(library.configure, "lacunaEmulationConfigure");
  find(library.report, "lacunaEmulationReport");
  find(library.counters, "lacunaEmulationCounters");
  find(library.graph_launches, "lacunaEmulationGraphLaunches");
  find(library.allocations, "lacunaEmulationAllocations");
  return library;
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out + "\"";
}

}  // namespace lacuna
