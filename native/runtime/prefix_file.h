// KV of a text on disk, so that a long prompt need not be computed again after a restart.
//
// Little-endian: magic "LACUNAKV", version, positions a page, fingerprint of the model, bytes a
// position, number of tokens, name of the path that computed them; token ids; the pages one after
// the other, each as the device gives it; a checksum of all that.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace lacuna {

// KV is of use only to the same model, computed the same way.
struct CacheIdentity {
  uint64_t model = 0;      // its fingerprint
  std::string path;        // of computing, at most 16 bytes: `avx512`
  size_t token_bytes = 0;  // KV of a position, all layers
  size_t vocabulary = 0;
};

// The KV of `tokens`: for each page of them, DeviceModel::read_page.
struct PrefixSnapshot {
  std::vector<int32_t> tokens;
  std::vector<std::byte> kv;  // tokens * token_bytes
};

// Replaces `path` in one go, by a file that only this user may read. Throws Error kIo.
void write_prefix_file(const std::string& path, const CacheIdentity& identity,
                       const PrefixSnapshot& snapshot);

// Throws Error: kNotFound, kIsDirectory, kIo; kCorrupt for a damaged file; kUnsupported for another
// version, model or path of computing. std::bad_alloc where memory is short.
PrefixSnapshot read_prefix_file(const std::string& path, const CacheIdentity& identity);

}  // namespace lacuna
