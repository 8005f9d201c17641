#include "cuda/layers/head_lists.h"

#include <algorithm>

#include "cuda/driver/launch.h"

namespace lacuna::cuda {

HeadLists::HeadLists(const Context& context, const Stream& stream, uint32_t heads,
                     uint32_t tile_rows)
    : heads_(heads), tile_rows_(tile_rows) {
  Uploader uploader(context, stream, [](size_t) {});
  constexpr auto kRows = static_cast<uint32_t>(kMostDecodeRows);
  std::vector<uint32_t> order, counts;
  for (uint32_t head = 0; head < heads; ++head) {
    for (uint32_t row = 0; row < kRows; ++row) order.push_back(row * heads + head);
  }
  order_ = reinterpret_cast<const uint32_t*>(
      uploader.add(order.data(), order.size() * sizeof(uint32_t)));
  for (uint32_t rows = 1; rows <= kRows; ++rows) {
    std::vector<kernels::WorkTile> tiles_of_rows;
    for (uint32_t head = 0; head < heads; ++head) {
      for (uint32_t first = 0; first < rows; first += tile_rows) {
        tiles_of_rows.push_back({head, head * kRows + first, std::min(tile_rows, rows - first)});
      }
    }
    tiles_.push_back(reinterpret_cast<const kernels::WorkTile*>(
        uploader.add(tiles_of_rows.data(), tiles_of_rows.size() * sizeof(kernels::WorkTile))));
    counts.push_back(static_cast<uint32_t>(tiles_of_rows.size()));
  }
  counts_ = reinterpret_cast<const uint32_t*>(
      uploader.add(counts.data(), counts.size() * sizeof(uint32_t)));
  buffers_ = uploader.finish();
}

kernels::WorkList HeadLists::list(size_t rows) const {
  return {tiles_[rows - 1], counts_ + (rows - 1), order_, 1};
}

uint32_t HeadLists::tiles(size_t rows) const {
  return heads_ * blocks_for(rows, tile_rows_);
}

}  // namespace lacuna::cuda
