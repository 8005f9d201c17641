#include "cpu/kv_pool.h"

#include <cstring>

namespace lacuna::cpu {

KvPool::KvPool(size_t pages, std::span<const size_t> row_bytes) : pages_(pages) {
  for (const size_t bytes : row_bytes) {
    layers_.push_back({page_bytes_, bytes});
    page_bytes_ += kPageTokens * bytes;
  }
  memory_ = Buffer((pages * page_bytes_ + sizeof(float) - 1) / sizeof(float));
}

LayerPages KvPool::layer(size_t layer) {
  return {base() + layers_[layer].offset, page_bytes_, layers_[layer].row_bytes};
}

void KvPool::copy(PageId from, PageId to, size_t tokens) {
  for (const Share& share : layers_)
    std::memcpy(page(to) + share.offset, page(from) + share.offset, tokens * share.row_bytes);
}

void KvPool::read(PageId from, size_t tokens, std::span<std::byte> out) const {
  std::byte* to = out.data();
  for (const Share& share : layers_) {
    std::memcpy(to, page(from) + share.offset, tokens * share.row_bytes);
    to += tokens * share.row_bytes;
  }
}

void KvPool::write(PageId to, size_t tokens, std::span<const std::byte> in) {
  const std::byte* from = in.data();
  for (const Share& share : layers_) {
    std::memcpy(page(to) + share.offset, from, tokens * share.row_bytes);
    from += tokens * share.row_bytes;
  }
}

}  // namespace lacuna::cpu
