// GGUF v2 and v3, mapped and checked. Every length, count, offset, type and alignment is verified
// against the file's size before it is used, overflow included; after `open` returns, all views are
// in bounds.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "format/tensor_type.h"

namespace lacuna {

class MappedFile;

// An array value. Numbers are widened; strings are views into the mapping.
using GgufArray = std::variant<std::vector<uint64_t>, std::vector<int64_t>, std::vector<double>,
                               std::vector<bool>, std::vector<std::string_view>>;

// A metadata value: unsigned and signed integers and floats are widened to 64 bits.
using GgufValue = std::variant<uint64_t, int64_t, double, bool, std::string_view, GgufArray>;

struct TensorInfo {
  std::string name;
  TensorType type;
  uint32_t dimensions;            // 1 … 4
  std::array<uint64_t, 4> shape;  // ne order: shape[0] is contiguous; unused dimensions are 1
  uint64_t bytes;                 // size in the file
  const std::byte* data;          // in the mapping; aligned to at least 8 bytes

  uint64_t elements() const { return shape[0] * shape[1] * shape[2] * shape[3]; }
  uint64_t rows() const { return shape[1] * shape[2] * shape[3]; }
};

class GgufFile {
 public:
  // Throws Error: kNotFound, kIsDirectory, kEmpty, kNotGguf, kCorrupt, kUnsupported (an unknown
  // version or a tensor type the engine cannot compute, named with its tensor), kIo, kOutOfMemory
  // (no address space for the mapping), kInvalidArgument (a NUL in the path).
  static GgufFile open(const std::string& path);

  GgufFile(GgufFile&&) noexcept;
  GgufFile& operator=(GgufFile&&) noexcept;
  ~GgufFile();

  const std::string& path() const { return path_; }
  uint32_t version() const { return version_; }
  uint64_t size() const;  // bytes of the file

  // Keys in file order.
  const std::vector<std::pair<std::string, GgufValue>>& metadata() const { return metadata_; }
  const GgufValue* find(std::string_view key) const;  // null where absent

  // Typed access: nullopt (null, empty) where the key is absent; Error kCorrupt where it has
  // another type or, for integers, does not fit.
  std::optional<uint32_t> u32(std::string_view key) const;
  std::optional<double> f64(std::string_view key) const;
  std::optional<bool> boolean(std::string_view key) const;
  std::optional<std::string_view> string(std::string_view key) const;
  const std::vector<std::string_view>* strings(std::string_view key) const;  // null where absent
  std::vector<int64_t> integers(std::string_view key) const;                 // empty where absent

  const std::vector<TensorInfo>& tensors() const { return tensors_; }  // file order
  const TensorInfo* find_tensor(std::string_view name) const;          // null where absent

  // The mapping that the tensors' data lies in; keep it alive as long as any view is used.
  std::shared_ptr<const MappedFile> mapping() const { return mapping_; }

 private:
  GgufFile() = default;

  std::string path_;
  uint32_t version_ = 0;
  std::shared_ptr<const MappedFile> mapping_;
  std::vector<std::pair<std::string, GgufValue>> metadata_;
  std::unordered_map<std::string_view, size_t> metadata_index_;
  std::vector<TensorInfo> tensors_;
  std::unordered_map<std::string_view, size_t> tensor_index_;
};

}  // namespace lacuna
