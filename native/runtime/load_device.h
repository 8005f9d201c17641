// What loading does for any device, and the devices themselves.
#pragma once

#include <functional>
#include <memory>

#include "model/weights.h"
#include "runtime/load.h"

namespace lacuna {

// A file that is open, and sizes that hold for any device.
struct LoadContext {
  std::shared_ptr<const GgufFile> file;
  ModelConfig config;
  LoadOptions options;
  size_t threads;
  size_t context_length;  // before the cache has its say
};

LoadContext open_for_loading(const std::string& path, const LoadOptions& options);

// Pages for `options.kv_bytes`, or for the usual size, of pages of `page_bytes`. Throws Error
// kInvalidArgument where that is too few.
size_t pages_for(const LoadContext& context, size_t page_bytes);

// The context that so many pages allow.
size_t context_for(const LoadContext& context, size_t pages);

struct LoadedModel {
  std::unique_ptr<DeviceModel> model;
  std::string computed;  // how KV is computed, for KV on disk
  cpu::Path path;
  std::string gpu;  // empty on the CPU
};

using Progress = std::function<void(double)>;
LoadedModel load_on_cpu(const LoadContext& context, const Progress& progress);
LoadedModel load_on_cuda(const LoadContext& context, const Progress& progress);

}  // namespace lacuna
