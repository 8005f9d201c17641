#include "counters.h"

#include <algorithm>

namespace lacuna::emulation {
namespace {

constexpr uint64_t kSector = kSectorBytes;

}  // namespace

std::string to_json(const Counters& counters) {
  std::string json = "{";
  const auto field = [&](const char* name, uint64_t value, const char* after) {
    json += "\"" + std::string(name) + "\": " + std::to_string(value) + after;
  };
  for (const auto& [name, c] : counters) {
    json += (json.size() > 1 ? ", \"" : "\"") + name + "\": {";
    field("launches", c.launches, ", ");
    field("blocks", c.blocks, ", ");
    field("bytesRead", c.bytes_read, ", ");
    field("bytesWritten", c.bytes_written, ", ");
    field("distinctBytesRead", c.distinct_bytes_read, ", ");
    field("barriers", c.barriers, ", ");
    field("warpAccesses", c.warp_accesses, ", ");
    field("sectors", c.sectors, ", ");
    field("spreadAccesses", c.spread_accesses, "}");
  }
  return json + "}";
}

void Coalescing::add(uint32_t thread, uint64_t address, size_t bytes, Access access, Site site) {
  Line& line = lines_[{thread / 32, site.file, site.line, bytes, access}];
  const uint32_t time = line.times[thread % 32]++;
  if (line.instructions.size() <= time) line.instructions.resize(time + 1);
  Instruction& instruction = line.instructions[time];
  instruction.bytes += bytes;
  for (uint64_t s = address / kSector; s <= (address + bytes - 1) / kSector; ++s) {
    instruction.sectors.push_back(s);
  }
}

void Coalescing::finish(KernelCounters& counters) {
  for (auto& [key, line] : lines_) {
    for (Instruction& i : line.instructions) {
      std::sort(i.sectors.begin(), i.sectors.end());
      i.sectors.erase(std::unique(i.sectors.begin(), i.sectors.end()), i.sectors.end());
      const uint64_t touched = i.sectors.size(), least = (i.bytes + kSector - 1) / kSector;
      counters.warp_accesses += 1;
      counters.sectors += touched;
      // One more is what a beginning in the middle of a sector costs.
      counters.spread_accesses += touched > least + 1;
    }
  }
  lines_.clear();
}

}  // namespace lacuna::emulation
