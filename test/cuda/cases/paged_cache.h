// A layer's cache on the device, for several sequences whose pages lie scattered.
#pragma once

#include "cases/case.h"
#include "kv_cache.h"

namespace lacuna::cases {

struct CacheShape {
  bool halves;
  uint32_t rank, rope;

  uint32_t width() const { return rank + rope; }
  const char* suffix() const { return halves ? "_f16" : "_f32"; }
  uint32_t value_bytes() const { return halves ? 2 : 4; }
};

class PagedCache {
 public:
  // Sequence s has lengths[s] positions, with random values; what lies beyond was never written.
  PagedCache(const Bench& bench, Random& random, const CacheShape& shape,
             const std::vector<uint32_t>& lengths);

  kernels::KvCacheView view() const { return {rows_.as<std::byte>(), shape_.width()}; }
  const uint32_t* page_table() const { return table_.as<const uint32_t>(); }
  uint32_t table_stride() const { return stride_; }
  const uint32_t* pages(uint32_t sequence) const { return page_table() + sequence * stride_; }

  // As it was made, rounded to the cache's type.
  double value(uint32_t sequence, uint32_t position, uint32_t i) const {
    return static_cast<double>(values_[row(sequence, position) * shape_.width() + i]);
  }
  // As it lies on the device now; a row that nobody wrote holds anything.
  std::vector<float> download(const Bench& bench) const;
  // Where a position's row is in that.
  size_t row(uint32_t sequence, uint32_t position) const;

 private:
  CacheShape shape_;
  uint32_t stride_;
  std::vector<uint32_t> pages_;  // [sequences, stride_]
  std::vector<float> values_;
  cuda::DeviceBuffer rows_, table_;
};

// Rows of a pass on the device.
class PlacedRows {
 public:
  // Row r stands at positions[r] of sequences[r]; angles are random.
  PlacedRows(const Bench& bench, Random& random, const PagedCache& cache, uint32_t rope,
             const std::vector<uint32_t>& positions, const std::vector<uint32_t>& sequences);

  kernels::PassRows rows() const;
  // Element i of row r's rope part `x`, turned.
  double turned(uint32_t row, uint32_t i, const float* x) const;

 private:
  uint32_t pairs_;
  std::vector<float> cosines_, sines_;
  const uint32_t* page_table_;
  uint32_t table_stride_;
  cuda::DeviceBuffer positions_buffer_, sequences_buffer_, cosines_buffer_, sines_buffer_;
};

}  // namespace lacuna::cases
