#include "embedding.h"

#include "float_formats.cuh"
#include "weight_formats.cuh"

namespace lacuna::kernels {
namespace {

constexpr uint32_t kWarps = kEmbeddingThreads / kWarp, kColumns = kEmbeddingColumns / kWarps;
constexpr uint32_t kUnits = kColumns / kUnit;  // of a warp: one a lane

// What a warp needs: its part of the row as it lies in the file, and as floats. The odd stride
// keeps the lanes, which write a unit each, out of each other's way.
template <class Format>
struct WarpMemory {
  alignas(16) unsigned char bytes[(kColumns / Format::kBlock * Format::kBlockBytes + 30) / 16 * 16];
  float values[kUnits][kUnit + 1];
};
template <class Format>
struct Memory {
  WarpMemory<Format> warps[kWarps];
};

template <class Format>
LACUNA_DEVICE void embed(const EmbeddingParams& p) {
  const uint32_t first = blockIdx.x * kEmbeddingColumns + warp_index() * kColumns;
  if (first >= p.columns) return;
  const uint32_t columns = p.columns - first < kColumns ? p.columns - first : kColumns;
  auto& memory = shared_memory<Memory<Format>>().warps[warp_index()];
  const auto token = static_cast<uint32_t>(load(p.tokens + blockIdx.y));
  const uint8_t* from =
      p.table + static_cast<uint64_t>(token) * p.row_bytes + bytes_of_units<Format>(first / kUnit);
  const auto skew = static_cast<uint32_t>(reinterpret_cast<uintptr_t>(from) % 16);
  const uint32_t bytes = skew + bytes_of_units<Format>(columns / kUnit);
  for (uint32_t i = lane_index() * 16; i < bytes; i += kWarp * 16) {
    copy_async16(memory.bytes + i, from - skew + i, bytes - i < 16 ? bytes - i : 16);
  }
  copy_async_commit();
  copy_async_wait<0>();
  warp_barrier();
  if (lane_index() < columns / kUnit) {
    const WeightUnit unit = read_unit<Format>(memory.bytes + skew, lane_index());
    LACUNA_UNROLL
    for (uint32_t i = 0; i < kUnit; ++i) {
      const auto q = static_cast<int8_t>(unit.q[i / 4] >> i % 4 * 8);
      memory.values[lane_index()][i] = unit.scale[i / 16] * static_cast<float>(q) + unit.offset;
    }
  }
  warp_barrier();
  float* out = p.out + static_cast<uint64_t>(blockIdx.y) * p.columns + first;
  for (uint32_t i = lane_index(); i < columns; i += kWarp) {
    store(out + i, memory.values[i / kUnit][i % kUnit]);
  }
}

template <class Format>
LACUNA_DEVICE void embed_floats(const EmbeddingParams& p) {
  const auto token = static_cast<uint32_t>(load(p.tokens + blockIdx.y));
  const auto* row = reinterpret_cast<const typename Format::Type*>(
      p.table + static_cast<uint64_t>(token) * p.row_bytes);
  float* out = p.out + static_cast<uint64_t>(blockIdx.y) * p.columns;
  const uint32_t first = blockIdx.x * kEmbeddingColumns;
  const uint32_t end =
      p.columns - first < kEmbeddingColumns ? p.columns : first + kEmbeddingColumns;
  for (uint32_t i = first + threadIdx.x; i < end; i += kEmbeddingThreads) {
    store(out + i, Format::value(load(row + i)));
  }
}

}  // namespace

#define LACUNA_EMBEDDING(name, run, Format)                    \
  LACUNA_KERNEL(name, EmbeddingParams, kEmbeddingThreads, 4) { \
    run<Format>(p);                                            \
  }
LACUNA_EMBEDDING(embedding_f32, embed_floats, F32)
LACUNA_EMBEDDING(embedding_f16, embed_floats, F16)
LACUNA_EMBEDDING(embedding_bf16, embed_floats, BF16)
LACUNA_EMBEDDING(embedding_q4_0, embed, Q4_0)
LACUNA_EMBEDDING(embedding_q5_0, embed, Q5_0)
LACUNA_EMBEDDING(embedding_q5_1, embed, Q5_1)
LACUNA_EMBEDDING(embedding_q8_0, embed, Q8_0)
LACUNA_EMBEDDING(embedding_iq4_nl, embed, IQ4_NL)
LACUNA_EMBEDDING(embedding_q4_k, embed, Q4_K)
LACUNA_EMBEDDING(embedding_q5_k, embed, Q5_K)
LACUNA_EMBEDDING(embedding_q6_k, embed, Q6_K)

}  // namespace lacuna::kernels
