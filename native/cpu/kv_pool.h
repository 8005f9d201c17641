// Memory of the KV pages: [pages, layers, kPageTokens, row], the rows of each layer of a size of
// their own. What a row holds is the business of who writes it. Pages that were never written take
// no memory.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "cpu/buffer.h"
#include "model/device_model.h"

namespace lacuna::cpu {

// One layer's share of every page.
struct LayerPages {
  std::byte* first;   // of page 0
  size_t page_bytes;  // from one page's share to the next page's
  size_t row_bytes;

  // The row of `position` in a sequence; rows of the same page follow each other.
  std::byte* row(std::span<const PageId> pages, size_t position) const {
    return first + pages[position / kPageTokens] * page_bytes + position % kPageTokens * row_bytes;
  }
};

class KvPool {
 public:
  // `row_bytes` of each layer. Throws std::bad_alloc where even the address space is short.
  KvPool(size_t pages, std::span<const size_t> row_bytes);

  LayerPages layer(size_t layer);
  size_t pages() const { return pages_; }
  size_t page_bytes() const { return page_bytes_; }

  // See DeviceModel.
  void copy(PageId from, PageId to, size_t tokens);
  void read(PageId page, size_t tokens, std::span<std::byte> out) const;
  void write(PageId page, size_t tokens, std::span<const std::byte> in);

 private:
  // One layer's share of every page.
  struct Share {
    size_t offset;
    size_t row_bytes;
  };

  std::byte* page(PageId page) { return base() + page * page_bytes_; }
  const std::byte* page(PageId page) const { return base() + page * page_bytes_; }
  std::byte* base() { return reinterpret_cast<std::byte*>(memory_.data()); }
  const std::byte* base() const { return reinterpret_cast<const std::byte*>(memory_.data()); }

  size_t pages_, page_bytes_ = 0;
  std::vector<Share> layers_;
  Buffer memory_;
};

}  // namespace lacuna::cpu
