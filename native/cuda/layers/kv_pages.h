// The KV cache on the device: for each layer the rows of all pages.
#pragma once

#include <span>
#include <vector>

#include "cuda/driver/stream.h"
#include "model/config.h"
#include "model/device_model.h"

namespace lacuna::cuda {

enum class KvFormat { kFloat16, kFloat32 };

// Values of a row: the latent, the rotated key, and padding to whole sixteens of bytes.
uint32_t kv_row_width(const ModelConfig& config);

// Of all layers.
size_t kv_page_bytes(const ModelConfig& config, KvFormat format);

class KvPages {
 public:
  KvPages(const Context& context, const Stream& stream, const ModelConfig& config, KvFormat format,
          size_t pages);

  KvFormat format() const { return format_; }
  size_t pages() const { return pages_; }
  size_t page_bytes() const { return layers_.size() * layer_bytes(kPageTokens); }
  CUdeviceptr layer(size_t index) const { return layers_[index].address(); }

  // As DeviceModel's. They take their place in the stream; the latter two wait for it.
  void copy(PageId from, PageId to, size_t tokens) const;
  void read(PageId page, size_t tokens, std::span<std::byte> out) const;
  void write(PageId page, size_t tokens, std::span<const std::byte> in) const;

 private:
  size_t layer_bytes(size_t tokens) const { return tokens * row_bytes_; }
  CUdeviceptr place(size_t layer, PageId page) const {
    return layers_[layer].address() + page * layer_bytes(kPageTokens);
  }

  const Stream& stream_;
  const KvFormat format_;
  const size_t pages_;
  const size_t row_bytes_;
  std::vector<DeviceBuffer> layers_;  // each [pages, kPageTokens, row_width]
  PinnedBuffer staging_;              // one page
};

}  // namespace lacuna::cuda
