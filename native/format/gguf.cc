#include "format/gguf.h"

#include <algorithm>

#include "format/byte_reader.h"
#include "format/error.h"
#include "format/file_kind.h"
#include "format/gguf_metadata.h"
#include "format/gguf_tensors.h"
#include "format/mapped_file.h"

namespace lacuna {
namespace {

constexpr std::string_view kMagic = "GGUF";
constexpr uint64_t kDefaultAlignment = 32;

void check_magic(std::span<const std::byte> bytes, const std::string& path) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (text.starts_with(kMagic)) return;
  const FileKind kind = recognise_file_kind(bytes);
  throw Error(ErrorCode::kNotGguf, path + ": is not a GGUF file; it is " + kind.what, kind.remedy);
}

uint32_t byte_swapped(uint32_t value) {
  return value >> 24 | (value >> 8 & 0xff00) | (value << 8 & 0xff0000) | value << 24;
}

uint32_t read_version(ByteReader& reader) {
  const auto version = reader.number<uint32_t>("the GGUF version");
  if (version == 2 || version == 3) return version;
  const std::string start = reader.path() + ": is GGUF version ";
  if (version == 1) {
    throw Error(
        ErrorCode::kUnsupported, start + "1; the engine reads versions 2 and 3",
        "Version 1 was current for some weeks of 2023: download a newer file of the model.");
  }
  const uint32_t swapped = byte_swapped(version);
  if (swapped >= 1 && swapped <= 3) {
    throw Error(
        ErrorCode::kUnsupported,
        start + std::to_string(swapped) +
            " in big-endian byte order; the engine reads little-endian files",
        "Convert it with `gguf-convert-endian FILE little` from the Python package gguf, or "
        "download the little-endian file.");
  }
  if (version == 0) reader.fail("the GGUF version is 0");
  throw Error(
      ErrorCode::kUnsupported,
      start + std::to_string(version) + "; the engine reads versions 2 and 3",
      "Update Lacuna, or download a file of version 3. If neither helps, the file is damaged.");
}

[[noreturn]] void fail_value(const std::string& path, std::string_view key,
                             const std::string& expectation) {
  throw Error(
      ErrorCode::kCorrupt, path + ": metadata value " + quoted(key) + " is not " + expectation,
      "The file was written wrongly or is damaged: download it again, or pick another file of the "
      "model.");
}

}  // namespace

GgufFile::GgufFile(GgufFile&&) noexcept = default;
GgufFile& GgufFile::operator=(GgufFile&&) noexcept = default;
GgufFile::~GgufFile() = default;

GgufFile GgufFile::open(const std::string& path) {
  GgufFile file;
  file.path_ = path;
  file.mapping_ = MappedFile::open(path);
  check_magic(file.mapping_->bytes(), path);

  ByteReader reader(file.mapping_->bytes(), path);
  reader.number<uint32_t>("the GGUF magic");
  file.version_ = read_version(reader);
  const uint64_t tensor_count = reader.count(kLeastTensorBytes, "the number of tensors");
  const uint64_t metadata_count =
      reader.count(kLeastMetadataBytes, "the number of metadata values");

  file.metadata_ = read_gguf_metadata(reader, metadata_count);
  for (size_t i = 0; i < file.metadata_.size(); ++i) {
    file.metadata_index_.emplace(file.metadata_[i].first, i);
  }

  const uint64_t alignment = file.u32("general.alignment").value_or(kDefaultAlignment);
  if (alignment < 8 || (alignment & (alignment - 1)) != 0) {
    reader.fail("general.alignment is " + std::to_string(alignment) +
                "; it must be a power of two and at least 8");
  }
  file.tensors_ = read_gguf_tensors(reader, tensor_count, alignment);
  for (size_t i = 0; i < file.tensors_.size(); ++i) {
    file.tensor_index_.emplace(file.tensors_[i].name, i);
  }
  return file;
}

uint64_t GgufFile::size() const {
  return mapping_->bytes().size();
}

const GgufValue* GgufFile::find(std::string_view key) const {
  const auto found = metadata_index_.find(key);
  return found == metadata_index_.end() ? nullptr : &metadata_[found->second].second;
}

std::optional<uint32_t> GgufFile::u32(std::string_view key) const {
  const GgufValue* value = find(key);
  if (value == nullptr) return std::nullopt;
  if (const auto* number = std::get_if<uint64_t>(value);
      number != nullptr && *number <= UINT32_MAX) {
    return static_cast<uint32_t>(*number);
  }
  // Some writers store counts as signed integers.
  if (const auto* number = std::get_if<int64_t>(value);
      number != nullptr && *number >= 0 && *number <= UINT32_MAX) {
    return static_cast<uint32_t>(*number);
  }
  fail_value(path_, key, "an integer between 0 and 4294967295");
}

std::optional<double> GgufFile::f64(std::string_view key) const {
  const GgufValue* value = find(key);
  if (value == nullptr) return std::nullopt;
  if (const auto* number = std::get_if<double>(value)) return *number;
  fail_value(path_, key, "a floating-point number");
}

std::optional<bool> GgufFile::boolean(std::string_view key) const {
  const GgufValue* value = find(key);
  if (value == nullptr) return std::nullopt;
  if (const auto* flag = std::get_if<bool>(value)) return *flag;
  fail_value(path_, key, "a bool");
}

std::optional<std::string_view> GgufFile::string(std::string_view key) const {
  const GgufValue* value = find(key);
  if (value == nullptr) return std::nullopt;
  if (const auto* text = std::get_if<std::string_view>(value)) return *text;
  fail_value(path_, key, "a string");
}

const std::vector<std::string_view>* GgufFile::strings(std::string_view key) const {
  const GgufValue* value = find(key);
  if (value == nullptr) return nullptr;
  if (const auto* array = std::get_if<GgufArray>(value)) {
    if (const auto* result = std::get_if<std::vector<std::string_view>>(array)) return result;
  }
  fail_value(path_, key, "an array of strings");
}

std::vector<int64_t> GgufFile::integers(std::string_view key) const {
  const GgufValue* value = find(key);
  if (value == nullptr) return {};
  if (const auto* array = std::get_if<GgufArray>(value)) {
    if (const auto* wide = std::get_if<std::vector<int64_t>>(array)) return *wide;
    if (const auto* wide = std::get_if<std::vector<uint64_t>>(array);
        wide != nullptr &&
        std::all_of(wide->begin(), wide->end(), [](uint64_t v) { return v <= INT64_MAX; })) {
      return {wide->begin(), wide->end()};
    }
  }
  fail_value(path_, key, "an array of integers");
}

const TensorInfo* GgufFile::find_tensor(std::string_view name) const {
  const auto found = tensor_index_.find(name);
  return found == tensor_index_.end() ? nullptr : &tensors_[found->second];
}

}  // namespace lacuna
