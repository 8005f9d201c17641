// The one exception type of the native rooms: what failed and why, and what a person can do about
// it.
#pragma once

#include <stdexcept>
#include <string>

namespace lacuna {

enum class ErrorCode {
  kNotFound,
  kIsDirectory,
  kEmpty,
  kNotGguf,
  kCorrupt,
  kUnsupported,
  kIo,
  kOutOfMemory,
  kInvalidArgument,
  kClosed,
  kNoDriver,
  kNoDevice,
  kDriverTooOld,
  kDeviceLost,
};

// The name that crosses into JavaScript: `not-found`, `is-directory`, …
const char* error_code_name(ErrorCode code);

class Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& message, std::string remedy)
      : std::runtime_error(message), code_(code), remedy_(std::move(remedy)) {}

  ErrorCode code() const { return code_; }
  const std::string& remedy() const { return remedy_; }

 private:
  ErrorCode code_;
  std::string remedy_;
};

}  // namespace lacuna
