#include "format/gguf_metadata.h"

#include <unordered_set>

namespace lacuna {
namespace {

constexpr size_t kLongestKey = 65535;  // as GGUF defines it

// Elements of all arrays together. Widening makes a byte eight, so this bounds memory at 256 MiB;
// the largest vocabularies and merge lists stay below a million.
constexpr uint64_t kMostArrayElements = uint64_t{1} << 24;

enum class ValueType : uint32_t {
  kU8 = 0,
  kI8 = 1,
  kU16 = 2,
  kI16 = 3,
  kU32 = 4,
  kI32 = 5,
  kF32 = 6,
  kBool = 7,
  kString = 8,
  kArray = 9,
  kU64 = 10,
  kI64 = 11,
  kF64 = 12,
};

// Fewest bytes one array element takes in the file; 0 for what cannot be an element.
uint64_t least_element_bytes(ValueType type) {
  switch (type) {
    case ValueType::kU8:
    case ValueType::kI8:
    case ValueType::kBool:
      return 1;
    case ValueType::kU16:
    case ValueType::kI16:
      return 2;
    case ValueType::kU32:
    case ValueType::kI32:
    case ValueType::kF32:
      return 4;
    case ValueType::kU64:
    case ValueType::kI64:
    case ValueType::kF64:
    case ValueType::kString:
      return 8;
    case ValueType::kArray:
      return 0;
  }
  return 0;
}

class MetadataReader {
 public:
  explicit MetadataReader(ByteReader& reader) : reader_(reader) {}

  std::pair<std::string, GgufValue> entry() {
    const std::string_view key = reader_.string("a metadata key");
    if (key.empty() || key.size() > kLongestKey) {
      reader_.fail("a metadata key has " + std::to_string(key.size()) + " bytes; 1 to " +
                   std::to_string(kLongestKey) + " are allowed");
    }
    if (!keys_.insert(key).second) reader_.fail("metadata key " + quoted(key) + " occurs twice");
    what_ = "metadata value " + quoted(key);
    return {std::string(key), value(ValueType{reader_.number<uint32_t>(what_)})};
  }

 private:
  GgufValue value(ValueType type) {
    switch (type) {
      case ValueType::kU8:
        return number<uint8_t, uint64_t>();
      case ValueType::kI8:
        return number<int8_t, int64_t>();
      case ValueType::kU16:
        return number<uint16_t, uint64_t>();
      case ValueType::kI16:
        return number<int16_t, int64_t>();
      case ValueType::kU32:
        return number<uint32_t, uint64_t>();
      case ValueType::kI32:
        return number<int32_t, int64_t>();
      case ValueType::kF32:
        return number<float, double>();
      case ValueType::kBool:
        return boolean();
      case ValueType::kString:
        return reader_.string(what_);
      case ValueType::kArray:
        return array();
      case ValueType::kU64:
        return number<uint64_t, uint64_t>();
      case ValueType::kI64:
        return number<int64_t, int64_t>();
      case ValueType::kF64:
        return number<double, double>();
    }
    fail_type(type);
  }

  GgufArray array() {
    const ValueType type{reader_.number<uint32_t>(what_)};
    if (type == ValueType::kArray) reader_.fail(what_ + " is an array of arrays");
    const uint64_t least = least_element_bytes(type);
    if (least == 0) fail_type(type);
    const uint64_t count = reader_.count(least, "the length of " + what_);
    if (count > array_elements_left_) {
      reader_.fail(what_ + " has " + std::to_string(count) + " elements, too many to be meant");
    }
    array_elements_left_ -= count;
    switch (type) {
      case ValueType::kU8:
        return numbers<uint8_t, uint64_t>(count);
      case ValueType::kI8:
        return numbers<int8_t, int64_t>(count);
      case ValueType::kU16:
        return numbers<uint16_t, uint64_t>(count);
      case ValueType::kI16:
        return numbers<int16_t, int64_t>(count);
      case ValueType::kU32:
        return numbers<uint32_t, uint64_t>(count);
      case ValueType::kI32:
        return numbers<int32_t, int64_t>(count);
      case ValueType::kF32:
        return numbers<float, double>(count);
      case ValueType::kU64:
        return numbers<uint64_t, uint64_t>(count);
      case ValueType::kI64:
        return numbers<int64_t, int64_t>(count);
      case ValueType::kF64:
        return numbers<double, double>(count);
      case ValueType::kBool: {
        std::vector<bool> result;
        result.reserve(count);
        for (uint64_t i = 0; i < count; ++i) result.push_back(boolean());
        return result;
      }
      case ValueType::kString: {
        std::vector<std::string_view> result;
        result.reserve(count);
        for (uint64_t i = 0; i < count; ++i) result.push_back(reader_.string(what_));
        return result;
      }
      case ValueType::kArray:
        break;
    }
    fail_type(type);
  }

  template <typename Stored, typename Wide>
  Wide number() {
    return static_cast<Wide>(reader_.number<Stored>(what_));
  }

  template <typename Stored, typename Wide>
  std::vector<Wide> numbers(uint64_t count) {
    std::vector<Wide> result;
    result.reserve(count);
    for (uint64_t i = 0; i < count; ++i) result.push_back(number<Stored, Wide>());
    return result;
  }

  bool boolean() {
    const auto byte = reader_.number<uint8_t>(what_);
    if (byte > 1) {
      reader_.fail(what_ + " is a bool that is neither 0 nor 1 but " + std::to_string(byte));
    }
    return byte == 1;
  }

  [[noreturn]] void fail_type(ValueType type) const {
    reader_.fail(what_ + " has the unknown type " + std::to_string(static_cast<uint32_t>(type)));
  }

  ByteReader& reader_;
  uint64_t array_elements_left_ = kMostArrayElements;
  std::unordered_set<std::string_view> keys_;
  std::string what_;  // the value being read, for errors
};

}  // namespace

std::vector<std::pair<std::string, GgufValue>> read_gguf_metadata(ByteReader& reader,
                                                                  uint64_t count) {
  std::vector<std::pair<std::string, GgufValue>> entries;
  MetadataReader metadata(reader);
  for (uint64_t i = 0; i < count; ++i) entries.push_back(metadata.entry());
  return entries;
}

}  // namespace lacuna
