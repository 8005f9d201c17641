#include "format/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "format/error.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#endif

namespace lacuna {
namespace {

static_assert(sizeof(size_t) == 8, "model files are larger than a 32-bit address space");

// Closes the descriptor on every way out; the mapping lives on without it.
class FileDescriptor {
 public:
  explicit FileDescriptor(int value) : value_(value) {}
  ~FileDescriptor() {
    if (value_ >= 0) ::close(value_);
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  int value() const { return value_; }

 private:
  int value_;
};

[[noreturn]] void fail_to_open(const std::string& path, int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      throw Error(
          ErrorCode::kNotFound, path + ": there is no such file",
          "Check the path; a relative one counts from the directory the process started in.");
    case EACCES:
    case EPERM:
      throw Error(
          ErrorCode::kIo, path + ": this user may not read the file",
          "Give the user read permission for the file and search permission for its directories.");
    default:
      throw Error(ErrorCode::kIo, path + ": cannot be opened: " + std::strerror(error),
                  "Check that the disk is mounted and healthy, then try again.");
  }
}

// The mapping's last page reads as zeros behind the file's end. AddressSanitizer is told that those
// bytes are out of bounds (or, before they are unmapped, that they are not).
void mark_tail([[maybe_unused]] std::span<const std::byte> bytes,
               [[maybe_unused]] bool out_of_bounds) {
#if defined(__SANITIZE_ADDRESS__)
  const auto page = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
  const size_t tail = (page - bytes.size() % page) % page;
  if (out_of_bounds) {
    ASAN_POISON_MEMORY_REGION(bytes.data() + bytes.size(), tail);
  } else {
    ASAN_UNPOISON_MEMORY_REGION(bytes.data() + bytes.size(), tail);
  }
#endif
}

}  // namespace

std::shared_ptr<const MappedFile> MappedFile::open(const std::string& path) {
  if (path.find('\0') != std::string::npos) {
    throw Error(ErrorCode::kInvalidArgument, "the path of a model file contains a NUL character",
                "Pass a plain file path.");
  }
  // O_NONBLOCK: a FIFO without a writer must not hang the caller.
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.value() < 0) fail_to_open(path, errno);

  struct stat status{};
  if (::fstat(file.value(), &status) != 0) fail_to_open(path, errno);
  if (S_ISDIR(status.st_mode)) {
    throw Error(ErrorCode::kIsDirectory, path + ": is a directory, not a model file",
                "Pass the path of one .gguf file inside it.");
  }
  if (!S_ISREG(status.st_mode)) {
    throw Error(ErrorCode::kIo, path + ": is not a regular file, so it cannot be mapped",
                "Copy the model to a regular file and pass that.");
  }
  if (status.st_size == 0) {
    throw Error(ErrorCode::kEmpty, path + ": is empty",
                "The download probably did not start; fetch the file again.");
  }

  const auto size = static_cast<size_t>(status.st_size);
  void* address = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file.value(), 0);
  if (address == MAP_FAILED) {
    const int error = errno;
    if (error == ENOMEM) {
      throw Error(ErrorCode::kOutOfMemory,
                  path + ": no address space for a mapping of " + std::to_string(size) + " bytes",
                  "Raise the limit on virtual memory (ulimit -v), or use a smaller model.");
    }
    throw Error(ErrorCode::kIo, path + ": cannot be mapped: " + std::strerror(error),
                "Copy the file to a local disk and pass that copy.");
  }
  const std::span<const std::byte> bytes(static_cast<const std::byte*>(address), size);
  mark_tail(bytes, true);
  return std::shared_ptr<const MappedFile>(new MappedFile(bytes));
}

MappedFile::~MappedFile() {
  mark_tail(bytes_, false);
  ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

}  // namespace lacuna
