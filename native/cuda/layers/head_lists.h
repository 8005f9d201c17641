// Work lists that send each head of a few rows through its own matrix of a stack.
#pragma once

#include <vector>

#include "cuda/driver/stream.h"
#include "cuda/weights/uploader.h"
#include "model/device_model.h"
#include "work_list.h"

namespace lacuna::cuda {

class HeadLists {
 public:
  // For up to kMostDecodeRows rows, in tiles of `tile_rows`.
  HeadLists(const Context& context, const Stream& stream, uint32_t heads, uint32_t tile_rows);

  // Row (row * heads + head) of the activations goes through matrix `head`, to the row of that
  // number.
  kernels::WorkList list(size_t rows) const;
  uint32_t tiles(size_t rows) const;

 private:
  const uint32_t heads_, tile_rows_;
  std::vector<DeviceBuffer> buffers_;
  const uint32_t* order_ = nullptr;              // [heads, kMostDecodeRows]
  std::vector<const kernels::WorkTile*> tiles_;  // by rows - 1
  const uint32_t* counts_ = nullptr;             // [kMostDecodeRows]
};

}  // namespace lacuna::cuda
