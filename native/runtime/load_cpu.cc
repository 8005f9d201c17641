#include <unistd.h>

#include <algorithm>
#include <new>

#include "cpu/cpu_model.h"
#include "format/error.h"
#include "format/mapped_file.h"
#include "runtime/load_device.h"

namespace lacuna {
namespace {

size_t physical_memory() {
  return static_cast<size_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<size_t>(sysconf(_SC_PAGE_SIZE));
}

// Touches every page in order: sequential reads are what disks do best.
void read_through(const MappedFile& file, const std::function<void(double)>& progress) {
  constexpr size_t kPage = 4096, kStep = 32u << 20;
  const std::span<const std::byte> bytes = file.bytes();
  unsigned sum = 0;
  for (size_t i = 0; i < bytes.size(); i += kPage) {
    sum += static_cast<unsigned>(*static_cast<const volatile std::byte*>(&bytes[i]));
    if (i % kStep == 0) progress(static_cast<double>(i) / static_cast<double>(bytes.size()));
  }
  progress(1);
}

}  // namespace

cpu::Path path_for(size_t weight_bytes) {
  return weight_bytes <= kCachedWeights ? cpu::best_exact_path() : cpu::best_path();
}

LoadedModel load_on_cpu(const LoadContext& context, const Progress& progress) {
  const GgufFile& file = *context.file;
  const cpu::Path path = context.options.path.value_or(path_for(file.size()));
  const bool rounds = cpu::kernels_for(path).int8_dot_row != nullptr;
  auto weights = std::make_unique<const ModelWeights>(
      context.file, context.config, rounds ? SplitKeys::kQ8_0 : SplitKeys::kFloat32);
  if (file.size() < physical_memory()) read_through(*file.mapping(), progress);

  cpu::CpuOptions options{.path = path,
                          .threads = context.threads,
                          .context_length = context.context_length,
                          .max_chunk = context.options.chunk,
                          .pages = 0,
                          .int8_cache = context.options.cache == CacheForm::kInt8,
                          .attention = {}};
  const size_t page_bytes = cpu::CpuModel::bytes_per_page(context.config, options);
  options.pages = pages_for(context, page_bytes);
  options.context_length = context_for(context, options.pages);
  options.max_chunk = std::min(options.max_chunk, options.context_length);
  try {
    auto model = std::make_unique<cpu::CpuModel>(std::move(weights), context.config, options);
    std::string computed = cpu::kernels_for(path).name;
    if (options.int8_cache) computed += " int8";
    return {std::move(model), std::move(computed), path, {}};
  } catch (const std::bad_alloc&) {
    throw Error(ErrorCode::kOutOfMemory,
                "not enough memory for a context of " + std::to_string(options.context_length) +
                    " tokens: the cache alone takes " +
                    std::to_string(options.pages * page_bytes >> 20) + " MiB",
                "Close other programs, or load the model with a shorter context (setting "
                "lacuna.contextLength).");
  }
}

}  // namespace lacuna
