// One layer's attention on the tile unit in the decompressed form: for many new tokens it is
// cheaper to compute the keys and values of every cached position once than to carry each query
// into the latent space. One head is one unit of work. For the other form see latent_attention.h.
#pragma once

#include "cpu/buffer.h"
#include "cpu/cpu_pass.h"
#include "cpu/kernels.h"
#include "cpu/kv_rows.h"
#include "cpu/thread_pool.h"
#include "cpu/tile_attention.h"
#include "model/weights.h"

namespace lacuna::cpu {

class DecompressedAttention {
 public:
  // Passes of up to `max_tokens` tokens; all references must outlive this. Needs
  // LatentAttention::fits.
  DecompressedAttention(ThreadPool& pool, const Kernels& kernels, const ModelConfig& config,
                        size_t max_tokens);

  // As LatentAttention::run for one chunk, whose rows in `queries` and `out` are those of the pass.
  void run(const AttentionWeights& weights, const float* queries, const PassChunk& chunk,
           const TileCache& cache, float* out);

  size_t bytes() const { return scratch_.bytes(); }

 private:
  // A thread's memory.
  struct Scratch {
    Scratch(const DecompressedShape& shape, size_t row_width, size_t max_tokens, float* base);

    float* unpacked;    // [rank, nope], then [value, rank]
    uint16_t* weights;  // right operands
    uint16_t* queries;  // [token tiles, 16 * key width]
    float* padded;      // [16, key width] one tile of queries as rows
    uint16_t* keys;
    uint16_t* values;
    float* expand;
    float* softmax;
    TileAttentionState state;  // of every token tile
    size_t floats;
  };

  void attend_head(const AttentionWeights& weights, const float* queries, const PassChunk& chunk,
                   const TileCache& cache, size_t head, const Scratch& scratch, float* out);
  void pack_queries(const float* queries, const PassChunk& chunk, size_t head,
                    const Scratch& scratch);

  ThreadPool& pool_;
  const Kernels& kernels_;
  const TileAttentionKernels& tiles_;
  const TileDecompressKernels& decompress_;
  const ModelConfig& config_;
  const DecompressedShape shape_;
  const size_t max_tokens_;
  size_t stride_;
  Buffer scratch_;  // [threads, stride_]
};

}  // namespace lacuna::cpu
