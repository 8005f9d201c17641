#include "cuda/scratch.h"

namespace lacuna::cuda {
namespace {

AttentionSizes sizes(const CudaOptions& options) {
  return {options.max_chunk, options.context_length};
}

}  // namespace

Scratch::Scratch(Arena& arena, const ModelConfig& config, const ModelForms& forms,
                 const CudaOptions& options)
    : normed(arena, options.max_chunk, config.hidden, forms.normed),
      projected(arena.take_array<float>(options.max_chunk * config.hidden)),
      from_host(arena.take_array<float>(
          config.routing.experts > 0 ? options.max_chunk * config.hidden : 0)),
      attention(arena, config, forms, sizes(options)),
      feed_forward(arena, config, forms, options.max_chunk),
      mixture(arena, config, forms, config.routing.experts > 0 ? options.max_chunk : 0),
      head(arena, config, forms, options.max_chunk) {}

size_t scratch_bytes(const ModelConfig& config, const ModelForms& forms,
                     const CudaOptions& options) {
  Arena counting;
  const Scratch scratch(counting, config, forms, options);
  const PassLimits limits{options.max_chunk, table_pages(options)};
  return counting.bytes() + kPasses * CudaPass::device_bytes(config, limits);
}

size_t table_pages(const CudaOptions& options) {
  return (options.context_length + kPageTokens - 1) / kPageTokens;
}

}  // namespace lacuna::cuda
