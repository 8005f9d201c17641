// The pages of a device's KV cache that hold nothing.
#pragma once

#include <optional>
#include <vector>

#include "model/device_model.h"

namespace lacuna {

class PagePool {
 public:
  explicit PagePool(size_t pages);

  size_t pages() const { return pages_; }
  size_t free() const { return free_.size(); }

  // A page that was used before rather than a fresh one, so that the device's memory is committed
  // only as far as it is needed. Nothing where all are taken.
  std::optional<PageId> take();

  // `page` must have come from `take`, once.
  void give(PageId page) { free_.push_back(page); }

 private:
  size_t pages_;
  std::vector<PageId> free_;  // the last is taken next
};

}  // namespace lacuna
