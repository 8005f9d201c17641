#include "format/error.h"

namespace lacuna {

const char* error_code_name(ErrorCode code) {
  switch (code) {
    case ErrorCode::kNotFound:
      return "not-found";
    case ErrorCode::kIsDirectory:
      return "is-directory";
    case ErrorCode::kEmpty:
      return "empty";
    case ErrorCode::kNotGguf:
      return "not-gguf";
    case ErrorCode::kCorrupt:
      return "corrupt";
    case ErrorCode::kUnsupported:
      return "unsupported";
    case ErrorCode::kIo:
      return "io";
    case ErrorCode::kOutOfMemory:
      return "out-of-memory";
    case ErrorCode::kInvalidArgument:
      return "invalid-argument";
    case ErrorCode::kClosed:
      return "closed";
    case ErrorCode::kNoDriver:
      return "no-driver";
    case ErrorCode::kNoDevice:
      return "no-device";
    case ErrorCode::kDriverTooOld:
      return "driver-too-old";
    case ErrorCode::kDeviceLost:
      return "device-lost";
  }
  return "io";
}

}  // namespace lacuna
