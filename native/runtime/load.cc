#include "runtime/load.h"

#include <algorithm>
#include <limits>

#include "cpu/cpu_features.h"
#include "format/error.h"
#include "runtime/checksum.h"
#include "runtime/load_device.h"

namespace lacuna {
namespace {

constexpr size_t kMaxThreads = 256;
constexpr size_t kMaxChunk = 4096;

void check(const LoadOptions& options) {
  const auto require = [](bool ok, const char* what) {
    if (!ok) throw Error(ErrorCode::kInvalidArgument, what, "Correct the option or leave it out.");
  };
  require(options.threads <= kMaxThreads, "the number of threads is above 256");
  require(options.chunk >= 1 && options.chunk <= kMaxChunk,
          "the prefill chunk is outside 1 … 4096 tokens");
  require(options.context_length <= 1u << 24, "the context length is above 16777216 tokens");
}

}  // namespace

LoadContext open_for_loading(const std::string& path, const LoadOptions& options) {
  check(options);
  auto file = std::make_shared<const GgufFile>(GgufFile::open(path));
  const ModelConfig config = read_model_config(*file);
  const size_t wanted = options.context_length == 0 ? kDefaultContext : options.context_length;
  return {std::move(file), config, options,
          options.threads == 0 ? cpu::detect_cpu_features().cores : options.threads,
          std::min<size_t>(wanted, config.context_length)};
}

size_t pages_for(const LoadContext& context, size_t page_bytes) {
  const size_t context_pages = (context.context_length + kPageTokens - 1) / kPageTokens;
  const size_t kv_bytes = context.options.kv_bytes;
  if (kv_bytes == 0) return std::max(2 * context_pages, kFewestDefaultPages);
  const size_t pages = std::min<size_t>(kv_bytes / page_bytes, std::numeric_limits<PageId>::max());
  if (pages < kFewestPages) {
    throw Error(ErrorCode::kInvalidArgument,
                "a KV cache of " + std::to_string(kv_bytes) + " bytes holds less than " +
                    std::to_string(kFewestPages) + " pages of " + std::to_string(page_bytes),
                "Allow more bytes (option kvBytes), or leave the option out.");
  }
  return pages;
}

size_t context_for(const LoadContext& context, size_t pages) {
  return std::min(context.context_length, pages * kPageTokens);
}

LoadedEngine load_engine(const std::string& path, const LoadOptions& options,
                         const std::function<void(double)>& progress) {
  const LoadContext context = open_for_loading(path, options);
  Vocabulary vocabulary = Vocabulary::from(*context.file, context.config.vocabulary);
  LoadedModel loaded = options.device == Device::kCuda ? load_on_cuda(context, progress)
                                                       : load_on_cpu(context, progress);
  const CacheIdentity identity{fingerprint(*context.file), loaded.computed,
                               loaded.model->page_bytes() / kPageTokens, context.config.vocabulary};
  return {std::make_unique<Engine>(std::move(loaded.model), std::move(vocabulary), identity),
          loaded.path, context.threads, options.device, loaded.gpu};
}

}  // namespace lacuna
