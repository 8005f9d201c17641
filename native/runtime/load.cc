#include "runtime/load.h"

#include <unistd.h>

#include <algorithm>
#include <new>
#include <thread>

#include "cpu/cpu_features.h"
#include "cpu/cpu_model.h"
#include "format/error.h"
#include "format/mapped_file.h"
#include "model/weights.h"

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
  auto weights = std::make_unique<const ModelWeights>(file, config);
  if (file->size() < physical_memory()) read_through(*file->mapping(), progress);

  const size_t wanted = options.context_length == 0 ? kDefaultContext : options.context_length;
  const size_t context = std::min<size_t>(wanted, config.context_length);
  const cpu::Path cpu_path = options.path.value_or(path_for(file->size()));
  const cpu::CpuOptions cpu_options{
      .path = cpu_path,
      .threads = options.threads == 0 ? cpu::detect_cpu_features().cores : options.threads,
      .context_length = context,
      .max_chunk = std::min(options.chunk, context),
      .pages = (context + kPageTokens - 1) / kPageTokens,
      .attention = {}};
  try {
    auto model = std::make_unique<cpu::CpuModel>(std::move(weights), config, cpu_options);
    auto session = std::make_unique<Session>(std::move(model), std::move(vocabulary));
    return {std::make_unique<Engine>(std::move(session)), cpu_path, cpu_options.threads};
  } catch (const std::bad_alloc&) {
    const size_t cache = size_t{config.layers} * context * config.cache_dim() * sizeof(float);
    throw Error(ErrorCode::kOutOfMemory,
                "not enough memory for a context of " + std::to_string(context) +
                    " tokens: its cache alone takes " + std::to_string(cache >> 20) + " MiB",
                "Close other programs, or load the model with a shorter context (setting "
                "lacuna.contextLength).");
  }
}

}  // namespace lacuna
