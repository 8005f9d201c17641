#include "runtime/prefix_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <span>
#include <utility>

#include "format/error.h"
#include "model/device_model.h"
#include "runtime/checksum.h"

namespace lacuna {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr std::array<char, 8> kMagic{'L', 'A', 'C', 'U', 'N', 'A', 'K', 'V'};
constexpr uint32_t kVersion = 1;

struct Header {
  std::array<char, 8> magic;
  uint32_t version;
  uint32_t page_tokens;
  uint64_t model;
  uint64_t token_bytes;
  uint64_t tokens;
  std::array<char, 16> path;
};
static_assert(sizeof(Header) == 56);

constexpr const char* kComputeAgain = "Delete the file; the prompt is then computed again.";

[[noreturn]] void corrupt(const std::string& path, const std::string& what) {
  throw Error(ErrorCode::kCorrupt, path + ": " + what, kComputeAgain);
}

[[noreturn]] void refuse(const std::string& path, const std::string& what) {
  throw Error(ErrorCode::kUnsupported, path + ": " + what, kComputeAgain);
}

class File {
 public:
  // A descriptor that `open` or its like has just given, negative where it failed.
  File(int fd, std::string path) : path_(std::move(path)), fd_(fd) {
    if (fd_ < 0) fail("opened");
  }
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  [[noreturn]] void fail(const char* verb) const {
    const int error = errno;
    const ErrorCode code = error == ENOENT || error == ENOTDIR ? ErrorCode::kNotFound
                           : error == EISDIR                   ? ErrorCode::kIsDirectory
                                                               : ErrorCode::kIo;
    throw Error(code, path_ + ": cannot be " + verb + ": " + std::strerror(error),
                "Check the path, its permissions and the space on the disk.");
  }

  void write(std::span<const std::byte> bytes) const {
    while (!bytes.empty()) {
      const ssize_t n = ::write(fd_, bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) fail("written");
      bytes = bytes.subspan(static_cast<size_t>(n));
    }
  }

  void read(std::span<std::byte> bytes) const {
    while (!bytes.empty()) {
      const ssize_t n = ::read(fd_, bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) fail("read");
      if (n == 0) corrupt(path_, "the file ends too early");
      bytes = bytes.subspan(static_cast<size_t>(n));
    }
  }

  uint64_t size() const {
    struct stat status{};
    if (::fstat(fd_, &status) != 0) fail("read");
    if (S_ISDIR(status.st_mode)) {
      errno = EISDIR;
      fail("read");
    }
    if (!S_ISREG(status.st_mode)) corrupt(path_, "this is not a regular file");
    return static_cast<uint64_t>(status.st_size);
  }

  void sync() const {
    if (::fsync(fd_) != 0) fail("written");
  }

 private:
  const std::string path_;
  const int fd_;
};

std::array<char, 16> padded(const std::string& name) {
  std::array<char, 16> out{};
  std::copy_n(name.begin(), std::min(name.size(), out.size()), out.begin());
  return out;
}

Header header_of(const CacheIdentity& identity, size_t tokens) {
  return {kMagic,
          kVersion,
          static_cast<uint32_t>(kPageTokens),
          identity.model,
          identity.token_bytes,
          tokens,
          padded(identity.path)};
}

void check(const std::string& path, const Header& header, const CacheIdentity& identity,
           uint64_t file_bytes) {
  if (header.magic != kMagic) corrupt(path, "this is not a saved KV cache");
  if (header.version != kVersion) {
    refuse(path, "saved in version " + std::to_string(header.version) +
                     " of the format; this program reads " + std::to_string(kVersion));
  }
  if (header.model != identity.model) refuse(path, "saved for another model");
  if (header.path != padded(identity.path)) {
    refuse(path, "computed in another way than this engine does (" + identity.path + ")");
  }
  if (header.page_tokens != kPageTokens || header.token_bytes != identity.token_bytes) {
    refuse(path, "saved with another layout of the cache");
  }
  constexpr uint64_t kMostTokens = uint64_t{1} << 32;
  const uint64_t each = sizeof(int32_t) + identity.token_bytes;
  if (header.tokens == 0 || header.tokens > kMostTokens ||
      file_bytes != sizeof(Header) + header.tokens * each + sizeof(uint64_t)) {
    corrupt(path, "its size does not fit the number of tokens that it names");
  }
}

}  // namespace

void write_prefix_file(const std::string& path, const CacheIdentity& identity,
                       const PrefixSnapshot& snapshot) {
  const Header header = header_of(identity, snapshot.tokens.size());
  std::string temporary = path + ".XXXXXX";
  const File file(::mkstemp(temporary.data()), path);  // for this user alone
  try {
    uint64_t sum = 0;
    for (const std::span<const std::byte> part :
         {std::as_bytes(std::span(&header, 1)), std::as_bytes(std::span(snapshot.tokens)),
          std::span<const std::byte>(snapshot.kv)}) {
      sum = checksum(part, sum);
      file.write(part);
    }
    file.write(std::as_bytes(std::span(&sum, 1)));
    file.sync();
    if (std::rename(temporary.c_str(), path.c_str()) != 0) file.fail("moved into place");
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
}

PrefixSnapshot read_prefix_file(const std::string& path, const CacheIdentity& identity) {
  // A pipe without a writer must not hold the caller up.
  const File file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC), path);
  const uint64_t bytes = file.size();
  if (bytes < sizeof(Header)) corrupt(path, "the file ends too early");
  Header header;
  file.read(std::as_writable_bytes(std::span(&header, 1)));
  check(path, header, identity, bytes);

  PrefixSnapshot snapshot;
  uint64_t written = 0;
  snapshot.tokens.resize(header.tokens);
  snapshot.kv.resize(header.tokens * identity.token_bytes);
  file.read(std::as_writable_bytes(std::span(snapshot.tokens)));
  file.read(snapshot.kv);
  file.read(std::as_writable_bytes(std::span(&written, 1)));
  uint64_t sum = checksum(std::as_bytes(std::span(&header, 1)));
  sum = checksum(std::as_bytes(std::span(snapshot.tokens)), sum);
  if (checksum(snapshot.kv, sum) != written) corrupt(path, "the file is damaged");
  for (const int32_t id : snapshot.tokens) {
    if (id < 0 || static_cast<size_t>(id) >= identity.vocabulary) {
      corrupt(path, "it names token " + std::to_string(id) + ", which the model does not have");
    }
  }
  return snapshot;
}

}  // namespace lacuna
