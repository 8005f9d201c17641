// A whole file mapped read-only; unmapped when the last owner lets go.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace lacuna {

class MappedFile {
 public:
  // Throws Error kNotFound, kIsDirectory, kEmpty or kIo, each with the path and a remedy.
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
