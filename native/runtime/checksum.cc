#include "runtime/checksum.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "format/mapped_file.h"

namespace lacuna {

uint64_t checksum(std::span<const std::byte> bytes, uint64_t seed) {
  uint64_t hash = seed ^ (bytes.size() * 0x9e3779b97f4a7c15);
  // For any word a bijection of the state, so a change of one word always changes the result.
  const auto add = [&hash](uint64_t word) {
    hash = std::rotl((hash ^ word) * 0x9fb21c651e98df25, 32);
  };
  while (bytes.size() >= sizeof(uint64_t)) {
    uint64_t word;
    std::memcpy(&word, bytes.data(), sizeof(word));
    add(word);
    bytes = bytes.subspan(sizeof(word));
  }
  uint64_t rest = 0;
  if (!bytes.empty()) std::memcpy(&rest, bytes.data(), bytes.size());
  add(rest);
  return hash ^ (hash >> 29);
}

uint64_t fingerprint(const GgufFile& file) {
  constexpr size_t kSamples = 64, kSampleBytes = 4096;
  const std::span<const std::byte> bytes = file.mapping()->bytes();
  size_t header = bytes.size();
  for (const TensorInfo& tensor : file.tensors()) {
    header = std::min(header, static_cast<size_t>(tensor.data - bytes.data()));
  }
  uint64_t hash = checksum(bytes.first(header), bytes.size());
  const std::span<const std::byte> weights = bytes.subspan(header);
  for (size_t i = 0; i < kSamples; ++i) {
    const size_t first = weights.size() / kSamples * i;
    const size_t n = std::min(kSampleBytes, weights.size() - first);
    hash = checksum(weights.subspan(first, n), hash);
  }
  return hash;
}

}  // namespace lacuna
