// Panels of weights on their way from blocks to bfloat16, unpacked a little at a time: the vector
// units work on the next panel while the tile unit multiplies the last one.
// `static`: no copy may leave the AMX object files.
#pragma once

#include <immintrin.h>

#include "cpu/bf16_tiles.h"

namespace lacuna::cpu::amx {

// Columns that are unpacked at a time. A multiple of every weight block.
constexpr size_t kUnpackColumns = 256;

// Which part of a matrix a panel is.
struct PanelPlace {
  const TileRows* matrix;
  size_t row, rows;      // rows ≤ kPanelRows
  size_t column, depth;  // columns column … column + depth - 1
  size_t columns;        // of the matrix
};

// Panel [row tile, depth / 32, 16 rows, 32].
class PanelUnpacking {
 public:
  // From now on `tiles` is filled.
  void begin(const PanelPlace& place, uint16_t* tiles) {
    const size_t row_bytes = place.matrix->row_bytes;
    unpack_ = place.matrix->unpack;
    bytes_ = row_bytes * kUnpackColumns / place.columns;
    row_bytes_ = row_bytes;
    row_ = place.matrix->data + place.row * row_bytes + row_bytes * place.column / place.columns;
    // The next panel of the same matrix is called in the order of its addresses.
    next_ = place.matrix->data + (place.row + place.rows) * row_bytes +
            row_bytes * place.column / place.columns * place.rows;
    called_ = next_;
    depth_ = place.depth;
    pieces_ = (depth_ + kUnpackColumns - 1) / kUnpackColumns;
    left_ = place.rows * pieces_;
    all_ = left_;
    rows_done_ = column_ = turned_ = 0;
    to_ = tiles;
  }

  // One of `turns` calls: an equal share of the panel.
  void turn(size_t turns) {
    for (turned_ += all_; turned_ >= turns; turned_ -= turns) unpack_piece();
  }

  // The rest of the panel.
  void finish() {
    while (left_ > 0) unpack_piece();
  }

  // Meanwhile the same place of the next panel is called into the second-level cache.
  void unpack_piece() {
    if (left_ == 0) return;
    --left_;
    const std::byte* from = row_ + column_ / kUnpackColumns * bytes_;
    const size_t columns = depth_ - column_ < kUnpackColumns ? depth_ - column_ : kUnpackColumns;
    called_ += columns < kUnpackColumns ? bytes_ * columns / kUnpackColumns : bytes_;
    for (; next_ < called_; next_ += 64) _mm_prefetch(next_, _MM_HINT_T1);
    unpack_(from, to_ + column_ * 16, columns);
    column_ += columns;
    if (column_ < depth_) return;
    column_ = 0;
    row_ += row_bytes_;
    to_ += kTileColumns;
    if (++rows_done_ == 16) to_ += 16 * depth_ - 16 * kTileColumns;
  }

 private:
  UnpackTileRow unpack_ = nullptr;
  const std::byte* row_ = nullptr;
  const std::byte* next_ = nullptr;
  const std::byte* called_ = nullptr;
  uint16_t* to_ = nullptr;
  size_t row_bytes_ = 0, bytes_ = 0, depth_ = 0, pieces_ = 0;
  size_t all_ = 0, left_ = 0, rows_done_ = 0, column_ = 0, turned_ = 0;
};

}  // namespace lacuna::cpu::amx
