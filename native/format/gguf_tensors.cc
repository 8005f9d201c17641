#include "format/gguf_tensors.h"

#include <algorithm>
#include <unordered_set>

#include "format/error.h"

namespace lacuna {
namespace {

constexpr size_t kLongestName = 65535;

struct Entry {
  TensorInfo info;  // all but `data`
  uint64_t offset;  // from the start of the data section
};

// a * b, or false where it does not fit in 64 bits.
bool multiply(uint64_t a, uint64_t b, uint64_t* product) {
  if (b != 0 && a > UINT64_MAX / b) return false;
  *product = a * b;
  return true;
}

const TensorTypeTraits& checked_type(const ByteReader& reader, const std::string& what,
                                     uint32_t id) {
  const TensorTypeTraits* traits = tensor_type_traits(TensorType{id});
  if (traits != nullptr) return *traits;
  const char* name = tensor_type_name(id);
  throw Error(ErrorCode::kUnsupported,
              reader.path() + ": " + what + " is stored as " +
                  (name != nullptr ? std::string(name) : "type " + std::to_string(id)) +
                  ", which the engine cannot compute with",
              std::string("The engine reads ") + supported_tensor_type_names() +
                  ". Pick a file of this model that is named Q4_K_M or Q8_0, or requantise it: "
                  "llama-quantize MODEL-F16.gguf MODEL-Q4_K_M.gguf Q4_K_M.");
}

void read_shape(ByteReader& reader, const std::string& what, TensorInfo& info) {
  info.dimensions = reader.number<uint32_t>("the dimension count of " + what);
  if (info.dimensions < 1 || info.dimensions > 4) {
    reader.fail(what + " has " + std::to_string(info.dimensions) +
                " dimensions; 1 to 4 are allowed");
  }
  info.shape = {1, 1, 1, 1};
  for (uint32_t i = 0; i < info.dimensions; ++i) {
    info.shape[i] = reader.number<uint64_t>("the shape of " + what);
    if (info.shape[i] == 0) reader.fail(what + " has a dimension of 0");
  }
}

uint64_t checked_bytes(const ByteReader& reader, const std::string& what, const TensorInfo& info,
                       const TensorTypeTraits& traits) {
  if (info.shape[0] % traits.block_elements != 0) {
    reader.fail(what + " has rows of " + std::to_string(info.shape[0]) + " elements, but " +
                traits.name + " stores them in blocks of " + std::to_string(traits.block_elements));
  }
  // The number of elements must fit as well: callers multiply the shape without asking again.
  uint64_t elements = info.shape[0];
  uint64_t bytes = 0;
  const bool fits = multiply(elements, info.shape[1], &elements) &&
                    multiply(elements, info.shape[2], &elements) &&
                    multiply(elements, info.shape[3], &elements) &&
                    multiply(elements / traits.block_elements, traits.block_bytes, &bytes);
  if (!fits) reader.fail("the size of " + what + " does not fit in 64 bits");
  return bytes;
}

Entry read_entry(ByteReader& reader, uint64_t alignment) {
  Entry entry{};
  TensorInfo& info = entry.info;
  info.name = reader.string("a tensor's name");
  if (info.name.empty() || info.name.size() > kLongestName) {
    reader.fail("a tensor's name has " + std::to_string(info.name.size()) + " bytes; 1 to " +
                std::to_string(kLongestName) + " are allowed");
  }
  const std::string what = "tensor " + quoted(info.name);
  read_shape(reader, what, info);
  const auto type = reader.number<uint32_t>("the type of " + what);
  const TensorTypeTraits& traits = checked_type(reader, what, type);
  info.type = TensorType{type};
  info.bytes = checked_bytes(reader, what, info, traits);
  entry.offset = reader.number<uint64_t>("the offset of " + what);
  if (entry.offset % alignment != 0) {
    reader.fail(what + " begins at offset " + std::to_string(entry.offset) +
                ", which is not a multiple of the file's alignment " + std::to_string(alignment));
  }
  return entry;
}

// Sets every tensor's `data`; all of it lies in the file afterwards.
void place(const ByteReader& reader, uint64_t alignment, std::vector<Entry>& entries) {
  const uint64_t size = reader.bytes().size();
  const uint64_t start = (reader.position() + alignment - 1) / alignment * alignment;
  const uint64_t available = start < size ? size - start : 0;
  for (Entry& entry : entries) {
    TensorInfo& info = entry.info;
    if (entry.offset > available || info.bytes > available - entry.offset) {
      reader.fail("tensor " + quoted(info.name) + " takes " + std::to_string(info.bytes) +
                  " bytes at offset " + std::to_string(entry.offset) +
                  ", but the file holds only " + std::to_string(available) + " bytes of tensors");
    }
    info.data = reader.bytes().data() + start + entry.offset;
  }
}

void check_overlap(const ByteReader& reader, const std::vector<TensorInfo>& tensors) {
  std::vector<const TensorInfo*> order;
  order.reserve(tensors.size());
  for (const TensorInfo& tensor : tensors) order.push_back(&tensor);
  std::sort(order.begin(), order.end(),
            [](const TensorInfo* a, const TensorInfo* b) { return a->data < b->data; });
  for (size_t i = 1; i < order.size(); ++i) {
    if (order[i - 1]->data + order[i - 1]->bytes > order[i]->data) {
      reader.fail("the data of tensors " + quoted(order[i - 1]->name) + " and " +
                  quoted(order[i]->name) + " overlap");
    }
  }
}

}  // namespace

std::vector<TensorInfo> read_gguf_tensors(ByteReader& reader, uint64_t count, uint64_t alignment) {
  std::vector<Entry> entries;
  for (uint64_t i = 0; i < count; ++i) entries.push_back(read_entry(reader, alignment));
  place(reader, alignment, entries);

  std::vector<TensorInfo> tensors;
  tensors.reserve(entries.size());
  for (Entry& entry : entries) tensors.push_back(std::move(entry.info));

  std::unordered_set<std::string_view> names;
  for (const TensorInfo& tensor : tensors) {
    if (!names.insert(tensor.name).second) {
      reader.fail("tensor " + quoted(tensor.name) + " occurs twice");
    }
  }
  check_overlap(reader, tensors);
  return tensors;
}

}  // namespace lacuna
