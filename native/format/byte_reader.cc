#include "format/byte_reader.h"

#include "format/error.h"

namespace lacuna {

std::string quoted(std::string_view text) {
  constexpr size_t kLongest = 96;
  constexpr char kHex[] = "0123456789abcdef";
  std::string result = "\"";
  for (const char c : text.substr(0, kLongest)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (byte < 0x20 || byte >= 0x7f) {
      result += "\\x";
      result += kHex[byte >> 4];
      result += kHex[byte & 15];
    } else {
      result += c;
    }
  }
  result += text.size() > kLongest ? "…\"" : "\"";
  return result;
}

std::string_view ByteReader::string(std::string_view what) {
  const auto length = number<uint64_t>(what);
  if (length > remaining()) {
    fail(std::string(what) + " claims " + std::to_string(length) + " bytes, but only " +
         std::to_string(remaining()) + " are left in the file");
  }
  return {reinterpret_cast<const char*>(take(length, what)), length};
}

uint64_t ByteReader::count(uint64_t entry_bytes, std::string_view what) {
  const auto value = number<uint64_t>(what);
  if (value > remaining() / entry_bytes) {
    fail(std::string(what) + " is " + std::to_string(value) +
         ", more than the rest of the file can hold");
  }
  return value;
}

void ByteReader::fail(const std::string& message) const {
  throw Error(
      ErrorCode::kCorrupt, path_ + ": " + message,
      "The file is damaged or incomplete: download it again, and compare its size or checksum "
      "with the one its publisher gives.");
}

const std::byte* ByteReader::take(uint64_t size, std::string_view what) {
  if (size > remaining()) {
    fail("the file ends inside " + std::string(what) + " (at byte " +
         std::to_string(bytes_.size()) + ")");
  }
  const std::byte* start = bytes_.data() + position_;
  position_ += size;
  return start;
}

}  // namespace lacuna
