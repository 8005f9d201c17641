#include "runtime/page_pool.h"

namespace lacuna {

PagePool::PagePool(size_t pages) : pages_(pages) {
  free_.reserve(pages);
  for (size_t page = pages; page-- > 0;) free_.push_back(static_cast<PageId>(page));
}

std::optional<PageId> PagePool::take() {
  if (free_.empty()) return std::nullopt;
  const PageId page = free_.back();
  free_.pop_back();
  return page;
}

}  // namespace lacuna
