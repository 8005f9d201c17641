#include "cpu/kv_pool.h"

#include <cstring>

namespace lacuna::cpu {

KvPool::KvPool(size_t pages, size_t layers, size_t row_bytes)
    : pages_(pages),
      layers_(layers),
      row_bytes_(row_bytes),
      memory_((pages * page_bytes() + sizeof(float) - 1) / sizeof(float)) {}

LayerPages KvPool::layer(size_t layer) {
  return {base() + layer * layer_bytes(), page_bytes(), row_bytes_};
}

void KvPool::copy(PageId from, PageId to, size_t tokens) {
  for (size_t i = 0; i < layers_; ++i) {
    std::memcpy(page(to) + i * layer_bytes(), page(from) + i * layer_bytes(), tokens * row_bytes_);
  }
}

void KvPool::read(PageId from, size_t tokens, std::span<std::byte> out) const {
  const size_t share = tokens * row_bytes_;
  for (size_t i = 0; i < layers_; ++i) {
    std::memcpy(out.subspan(i * share, share).data(), page(from) + i * layer_bytes(), share);
  }
}

void KvPool::write(PageId to, size_t tokens, std::span<const std::byte> in) {
  const size_t share = tokens * row_bytes_;
  for (size_t i = 0; i < layers_; ++i) {
    std::memcpy(page(to) + i * layer_bytes(), in.subspan(i * share, share).data(), share);
  }
}

}  // namespace lacuna::cpu
