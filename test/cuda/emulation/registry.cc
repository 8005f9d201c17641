// The kernels that were compiled in, and where in the source they are.
#include "executor.h"
#include "fault.h"

namespace lacuna::emulation {
namespace {

std::vector<KernelEntry>& registry() {
  static std::vector<KernelEntry> entries;
  return entries;
}

}  // namespace

Registration::Registration(const KernelEntry& entry) {
  registry().push_back(entry);
}

const KernelEntry* find_kernel(const std::string& name) {
  for (const KernelEntry& entry : registry()) {
    if (name == entry.name) return &entry;
  }
  return nullptr;
}

std::string to_text(Site site) {
  std::string file = site.file;
  for (const char* folder : {"kernels/", "test/cuda/"}) {
    const size_t at = file.rfind(folder);
    if (at != std::string::npos) return file.substr(at) + ":" + std::to_string(site.line);
  }
  return file + ":" + std::to_string(site.line);
}

}  // namespace lacuna::emulation
