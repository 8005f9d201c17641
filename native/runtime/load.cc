#include "runtime/load.h"

#include <unistd.h>

#include <algorithm>
#include <limits>
#include <new>
#include <thread>

#include "cpu/cpu_features.h"
#include "cpu/cpu_model.h"
#include "format/error.h"
#include "format/mapped_file.h"
#include "model/weights.h"
#include "runtime/checksum.h"

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

// Pages of a KV cache of `kv_bytes`, or of the usual size.
size_t pages_for(size_t kv_bytes, size_t page_bytes, size_t context_length) {
  const size_t context_pages = (context_length + kPageTokens - 1) / kPageTokens;
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

LoadedEngine load_engine(const std::string& path, const LoadOptions& options,
                         const std::function<void(double)>& progress) {
  check(options);
  const auto file = std::make_shared<const GgufFile>(GgufFile::open(path));
  const ModelConfig config = read_model_config(*file);
  Vocabulary vocabulary = Vocabulary::from(*file, config.vocabulary);
  const cpu::Path cpu_path = options.path.value_or(path_for(file->size()));
  const bool rounds = cpu::kernels_for(cpu_path).int8_dot_row != nullptr;
  auto weights = std::make_unique<const ModelWeights>(
      file, config, rounds ? SplitKeys::kQ8_0 : SplitKeys::kFloat32);
  if (file->size() < physical_memory()) read_through(*file->mapping(), progress);

  const size_t wanted = options.context_length == 0 ? kDefaultContext : options.context_length;
  cpu::CpuOptions cpu_options{
      .path = cpu_path,
      .threads = options.threads == 0 ? cpu::detect_cpu_features().cores : options.threads,
      .context_length = std::min<size_t>(wanted, config.context_length),
      .max_chunk = options.chunk,
      .pages = 0,
      .int8_cache = options.int8_cache,
      .attention = {}};
  const size_t page_bytes = cpu::CpuModel::bytes_per_page(config, cpu_options);
  cpu_options.pages = pages_for(options.kv_bytes, page_bytes, cpu_options.context_length);
  cpu_options.context_length =
      std::min(cpu_options.context_length, cpu_options.pages * kPageTokens);
  cpu_options.max_chunk = std::min(cpu_options.max_chunk, cpu_options.context_length);
  try {
    auto model = std::make_unique<cpu::CpuModel>(std::move(weights), config, cpu_options);
    std::string computed = cpu::kernels_for(cpu_path).name;
    if (options.int8_cache) computed += " int8";
    const CacheIdentity identity{fingerprint(*file), computed, page_bytes / kPageTokens,
                                 config.vocabulary};
    return {std::make_unique<Engine>(std::move(model), std::move(vocabulary), identity), cpu_path,
            cpu_options.threads};
  } catch (const std::bad_alloc&) {
    throw Error(ErrorCode::kOutOfMemory,
                "not enough memory for a context of " + std::to_string(cpu_options.context_length) +
                    " tokens: the cache alone takes " +
                    std::to_string(cpu_options.pages * page_bytes >> 20) + " MiB",
                "Close other programs, or load the model with a shorter context (setting "
                "lacuna.contextLength).");
  }
}

}  // namespace lacuna
