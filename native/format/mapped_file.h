// A whole file mapped read-only; unmapped when the last owner lets go.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace lacuna {

class MappedFile {
 public:
  // Throws Error kNotFound, kIsDirectory, kEmpty, kIo (unreadable, or not a regular file),
  // kOutOfMemory or kInvalidArgument (a NUL in the path), each with the path and a remedy. The file
  // must not be shortened while it is mapped: the kernel answers a read past the new end with
  // SIGBUS.
  static std::shared_ptr<const MappedFile> open(const std::string& path);

  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::span<const std::byte> bytes() const { return bytes_; }

 private:
  explicit MappedFile(std::span<const std::byte> bytes) : bytes_(bytes) {}
  std::span<const std::byte> bytes_;
};

}  // namespace lacuna
