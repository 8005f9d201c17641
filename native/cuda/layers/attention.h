// One layer's attention: from the normed rows of a pass to what they attended to, by way of the
// cache.
#pragma once

#include "append_latent.h"
#include "cuda/layers/cuda_pass.h"
#include "cuda/layers/forms.h"
#include "cuda/layers/head_lists.h"
#include "cuda/layers/kv_pages.h"
#include "cuda/layers/norms.h"
#include "cuda/layers/product_kernels.h"
#include "cuda/weights/device_weights.h"
#include "gather_latent.h"
#include "mla_decode.h"
#include "mla_prefill.h"
#include "prepare_queries.h"

namespace lacuna::cuda {

struct AttentionSizes {
  size_t rows;     // of a pass
  size_t context;  // positions of a sequence
};

struct AttentionScratch {
  AttentionScratch(Arena& arena, const ModelConfig& config, const ModelForms& forms,
                   const AttentionSizes& sizes);

  DeviceBuffer kv;        // [rows, cache_dim]
  DeviceBuffer q_down;    // [rows, q_lora_rank]
  Activations q_latent;   // … normed
  DeviceBuffer q;         // [rows, heads * query_dim]
  DeviceBuffer attended;  // [rows, heads * value_dim]
  Activations fixed_attended;
  // Absorbed, up to kMostDecodeRows rows at a time.
  Activations q_nope;       // [those * heads, nope_dim]
  DeviceBuffer q_absorbed;  // [those * heads, kv_lora_rank]
  DeviceBuffer part_latents, part_states;
  Activations latents;  // [those * heads, kv_lora_rank]
  // Decompressed, a slice of positions at a time.
  Activations slice;    // [kKeySlice, kv_lora_rank]
  DeviceBuffer keys;    // [kKeySlice, heads * nope_dim]
  DeviceBuffer values;  // [kKeySlice, heads * value_dim]
  DeviceBuffer states;  // [rows, heads]
};

class Attention {
 public:
  // All references must outlive it.
  Attention(const KernelLibrary& library, const Products& products, const Norms& norms,
            const HeadLists& heads, const ModelConfig& config, const AttentionSizes& sizes,
            KvFormat format, AttentionScratch scratch);

  // Positions that are decompressed at once.
  static constexpr size_t kKeySlice = 2048;

  // Whether keys and values cost less arithmetic than latents for `tokens` new tokens.
  static bool decompresses(const ModelConfig& config, size_t tokens);

  // normed [rows, hidden] → out [rows, hidden]; the cache gets the pass's rows.
  void run(const Stream& stream, const DeviceAttention& w, const CudaPass& pass, ProductShape shape,
           const Rows& normed, CUdeviceptr cache, float* out) const;

 private:
  void project_queries(const Stream& stream, const DeviceAttention& w, size_t rows,
                       ProductShape shape, const Rows& normed) const;
  void absorbed(const Stream& stream, const DeviceAttention& w, const CudaPass& pass,
                const kernels::KvCacheView& cache, size_t first, size_t rows) const;
  void decompressed(const Stream& stream, const DeviceAttention& w, const CudaPass& pass,
                    const kernels::KvCacheView& cache, size_t chunk) const;

  const Products& products_;
  const Norms& norms_;
  const HeadLists& heads_;
  const ModelConfig& config_;
  const AttentionSizes sizes_;
  const uint32_t value_bytes_;  // of the cache
  const float scale_;
  const AttentionScratch scratch_;
  const Kernel<kernels::AppendLatentParams> append_;
  const Kernel<kernels::PrepareQueriesParams> prepare_;
  const Kernel<kernels::MlaDecodeParams> decode_;
  const Kernel<kernels::MlaCombineParams> combine_;
  const Kernel<kernels::GatherLatentParams> gather_;
  const Kernel<kernels::MlaPrefillParams> prefill_;
};

}  // namespace lacuna::cuda
