// Reads a file's header front to back. Nothing is read that the file does not hold: a value that
// would reach past the end is an Error kCorrupt that says what was being read, and where.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

namespace lacuna {

// `text` between quotes for a message: control and non-ASCII bytes escaped, cut after 96 bytes.
std::string quoted(std::string_view text);

class ByteReader {
 public:
  // `path` names the file in errors. `bytes` must outlive the reader and all strings it returns.
  ByteReader(std::span<const std::byte> bytes, std::string path)
      : bytes_(bytes), path_(std::move(path)) {}

  std::span<const std::byte> bytes() const { return bytes_; }
  const std::string& path() const { return path_; }
  uint64_t position() const { return position_; }
  uint64_t remaining() const { return bytes_.size() - position_; }

  // One little-endian number. `what` names it in the error.
  template <typename T>
  T number(std::string_view what) {
    static_assert(std::endian::native == std::endian::little);
    T value;
    std::memcpy(&value, take(sizeof(T), what), sizeof(T));
    return value;
  }

  // A string with a 64-bit length before it, as a view into the file.
  std::string_view string(std::string_view what);

  // A 64-bit count of entries that take at least `entry_bytes` each: more than the rest of the file
  // could hold is an error, so the count may be allocated for.
  uint64_t count(uint64_t entry_bytes, std::string_view what);

  // Throws Error kCorrupt: the path, then `message`.
  [[noreturn]] void fail(const std::string& message) const;

 private:
  const std::byte* take(uint64_t size, std::string_view what);

  std::span<const std::byte> bytes_;
  std::string path_;
  uint64_t position_ = 0;
};

}  // namespace lacuna
