#include "cuda/layers/kv_pages.h"

#include <cstring>

namespace lacuna::cuda {
namespace {

size_t value_bytes(KvFormat format) {
  return format == KvFormat::kFloat16 ? 2 : 4;
}

}  // namespace

uint32_t kv_row_width(const ModelConfig& config) {
  return (config.cache_dim() + 7) / 8 * 8;
}

size_t kv_page_bytes(const ModelConfig& config, KvFormat format) {
  return config.layers * kPageTokens * kv_row_width(config) * value_bytes(format);
}

KvPages::KvPages(const Context& context, const Stream& stream, const ModelConfig& config,
                 KvFormat format, size_t pages)
    : stream_(stream),
      format_(format),
      pages_(pages),
      row_bytes_(kv_row_width(config) * value_bytes(format)),
      staging_(context, kv_page_bytes(config, format)) {
  for (uint32_t l = 0; l < config.layers; ++l) {
    layers_.emplace_back(context, pages * layer_bytes(kPageTokens));
    // What a page holds beyond its last position is read, and has no weight: it must be a number.
    stream.fill(layers_.back().address(), 0, layers_.back().bytes());
  }
}

void KvPages::copy(PageId from, PageId to, size_t tokens) const {
  for (size_t l = 0; l < layers_.size(); ++l)
    stream_.copy(place(l, to), place(l, from), layer_bytes(tokens));
}

void KvPages::read(PageId page, size_t tokens, std::span<std::byte> out) const {
  const size_t bytes = layer_bytes(tokens);
  for (size_t l = 0; l < layers_.size(); ++l)
    stream_.copy_to_host(staging_.as<std::byte>(l * bytes), place(l, page), bytes);
  stream_.synchronize();
  std::memcpy(out.data(), staging_.as<std::byte>(), layers_.size() * bytes);
}

void KvPages::write(PageId page, size_t tokens, std::span<const std::byte> in) const {
  const size_t bytes = layer_bytes(tokens);
  std::memcpy(staging_.as<std::byte>(), in.data(), layers_.size() * bytes);
  for (size_t l = 0; l < layers_.size(); ++l)
    stream_.copy_to_device(place(l, page), staging_.as<std::byte>(l * bytes), bytes);
  stream_.synchronize();
}

}  // namespace lacuna::cuda
