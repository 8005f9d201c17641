#include "cases/paged_cache.h"

#include <algorithm>
#include <numeric>

namespace lacuna::cases {
namespace {

constexpr uint32_t kPage = kernels::kCachePageTokens;

}  // namespace

PagedCache::PagedCache(const Bench& bench, Random& random, const CacheShape& shape,
                       const std::vector<uint32_t>& lengths)
    : shape_(shape), stride_(*std::max_element(lengths.begin(), lengths.end()) / kPage + 2) {
  // Every page of the table is another one, with pages between them that are nobody's.
  std::vector<uint32_t> order(lengths.size() * stride_ + 3);
  std::iota(order.begin(), order.end(), 0u);
  for (size_t i = order.size() - 1; i > 0; --i) {
    std::swap(order[i], order[random.below(static_cast<uint32_t>(i + 1))]);
  }
  pages_.assign(order.begin(), order.begin() + static_cast<ptrdiff_t>(lengths.size() * stride_));
  table_ = bench.upload(pages_);

  const size_t width = shape.width(), bytes = width * shape.value_bytes();
  values_ = random.numbers(order.size() * kPage * width, 2);
  rows_ = bench.empty(order.size() * kPage * bytes);
  const cuda::PinnedBuffer staging(bench.context, rows_.bytes());
  for (size_t i = 0; i < values_.size(); ++i) {
    if (shape.halves) {
      staging.as<uint16_t>()[i] = f32_to_f16(values_[i]);
      values_[i] = f16_to_f32(staging.as<uint16_t>()[i]);
    } else {
      staging.as<float>()[i] = values_[i];
    }
  }
  for (uint32_t s = 0; s < lengths.size(); ++s) {
    for (uint32_t first = 0; first < lengths[s]; first += kPage) {
      const size_t at = row(s, first) * bytes;
      bench.stream.copy_to_device(rows_.address() + at, staging.as<std::byte>() + at,
                                  std::min(kPage, lengths[s] - first) * bytes);
    }
  }
  bench.stream.synchronize();
}

size_t PagedCache::row(uint32_t sequence, uint32_t position) const {
  return size_t{pages_[sequence * stride_ + position / kPage]} * kPage + position % kPage;
}

std::vector<float> PagedCache::download(const Bench& bench) const {
  if (!shape_.halves) return bench.download<float>(rows_);
  std::vector<float> values;
  for (const uint16_t half : bench.download<uint16_t>(rows_)) values.push_back(f16_to_f32(half));
  return values;
}

PlacedRows::PlacedRows(const Bench& bench, Random& random, const PagedCache& cache, uint32_t rope,
                       const std::vector<uint32_t>& positions,
                       const std::vector<uint32_t>& sequences)
    : pairs_(rope / 2),
      cosines_(random.numbers(positions.size() * pairs_)),
      page_table_(cache.page_table()),
      table_stride_(cache.table_stride()),
      positions_buffer_(bench.upload(positions)),
      sequences_buffer_(bench.upload(sequences)) {
  for (const float cosine : cosines_) sines_.push_back(std::sqrt(1 - cosine * cosine));
  cosines_buffer_ = bench.upload(cosines_);
  sines_buffer_ = bench.upload(sines_);
}

kernels::PassRows PlacedRows::rows() const {
  return {positions_buffer_.as<const uint32_t>(),
          sequences_buffer_.as<const uint32_t>(),
          page_table_,
          table_stride_,
          cosines_buffer_.as<const float>(),
          sines_buffer_.as<const float>()};
}

double PlacedRows::turned(uint32_t row, uint32_t i, const float* x) const {
  const double cosine = cosines_[row * pairs_ + i / 2], sine = sines_[row * pairs_ + i / 2];
  const double a = x[i / 2 * 2], b = x[i / 2 * 2 + 1];
  return i % 2 == 0 ? a * cosine - b * sine : a * sine + b * cosine;
}

}  // namespace lacuna::cases
