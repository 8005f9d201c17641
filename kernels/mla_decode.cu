#include "mla_decode.h"

#include "mla_decode_tiles.cuh"
#include "mla_splits.cuh"

namespace lacuna::kernels {
namespace {

constexpr uint32_t kPositions = kMlaDecodePositions, kHeads = kMlaDecodeHeads;
static_assert(kPositions == 16 && kHeads == 16 && kMlaDecodeThreads == kHeads * kPositions);
static_assert(kCachePageTokens % kPositions == 0 && kMlaShortSplit % kPositions == 0);

template <class Tiles>
constexpr uint32_t kValueBytes = sizeof(typename Tiles::Cache::Value);
template <class Tiles>
constexpr uint32_t kStages = mla_decode_stages(kValueBytes<Tiles>);

template <class Tiles>
struct Memory {
  float partial[kMlaDecodeWarps][kHeads][kPositions];  // scores, each warp's part
  typename Tiles::Weights weights;
  float factors[kHeads];  // what the sums so far are to be multiplied with
};

// Of one block: the positions of its split.
struct Split {
  const uint32_t* pages;
  uint32_t begin, end;

  LACUNA_METHOD uint32_t stages() const { return (end - begin + kPositions - 1) / kPositions; }
};

// The rows of one stage, zeros from the end of the split on.
template <class Cache>
LACUNA_DEVICE void fetch(const MlaDecodeParams& p, const Split& split, uint32_t stage,
                         unsigned char* to, uint32_t stride) {
  constexpr uint32_t kStep = 16 * kWarp;
  const uint32_t bytes = (p.rank + p.rope_dim) * sizeof(typename Cache::Value);
  LACUNA_UNROLL
  for (uint32_t i = 0; i < kPositions / kMlaDecodeWarps; ++i) {
    const uint32_t r = warp_index() + i * kMlaDecodeWarps;
    const uint32_t position = split.begin + stage * kPositions + r;
    const bool valid = position < split.end;
    const auto* row = reinterpret_cast<const unsigned char*>(
        cache_row<Cache>(p.cache, split.pages, valid ? position : split.begin));
    for (uint32_t b = lane_index() * 16; b < bytes; b += kStep) {
      copy_async16(to + r * stride + b, row + b, valid ? 16 : 0);
    }
  }
}

// Of the head and position that are this thread's: adds up the score, weighs it, and tells all what
// the head's sums so far are to be multiplied with.
template <class Tiles>
LACUNA_DEVICE void weigh(Memory<Tiles>& memory, bool valid, SoftmaxState& state LACUNA_SITE) {
  const uint32_t head = threadIdx.x / kPositions, position = threadIdx.x % kPositions;
  float score = 0;
  LACUNA_UNROLL
  for (uint32_t w = 0; w < kMlaDecodeWarps; ++w) score += memory.partial[w][head][position];
  if (!valid) score = -INFINITY;
  float maximum = score;
  LACUNA_UNROLL
  for (uint32_t mask = 1; mask < kPositions; mask *= 2) {
    maximum = fmaxf(maximum, shuffle_xor(maximum, mask LACUNA_AT));
  }
  maximum = fmaxf(maximum, state.maximum);
  float sum = memory.weights.set(head, position, expf(score - maximum));
  LACUNA_UNROLL
  for (uint32_t mask = 1; mask < kPositions; mask *= 2) sum += shuffle_xor(sum, mask LACUNA_AT);
  const float factor = expf(state.maximum - maximum);
  if (position == 0) memory.factors[head] = factor;
  state = {maximum, state.sum * factor + sum};
}

LACUNA_DEVICE void put_partial(float (&to)[kHeads][kPositions], const MlaScores& scores) {
  const uint32_t g = lane_index() / 4, t = lane_index() % 4;
  LACUNA_UNROLL
  for (uint32_t i = 0; i < 8; ++i) {
    to[g + i / 2 % 2 * 8][i / 4 * 8 + 2 * t + i % 2] = scores[i / 4][i % 4];
  }
}

LACUNA_DEVICE void scale(MlaLatents& latents, const float (&factors)[kHeads]) {
  const uint32_t g = lane_index() / 4;
  const float factor[2] = {factors[g], factors[g + 8]};
  LACUNA_UNROLL
  for (uint32_t s = 0; s < 2 * kMlaLatentSteps; ++s) {
    LACUNA_UNROLL
    for (uint32_t i = 0; i < 4; ++i) latents[s][i] *= factor[i / 2];
  }
}

LACUNA_DEVICE void hand_on(const MlaDecodeParams& p, const SoftmaxState& state,
                           const MlaLatents& latents) {
  const uint32_t first_head = blockIdx.y * kHeads;
  // Of head 0 of the block.
  const uint64_t part =
      (static_cast<uint64_t>(blockIdx.z) * p.heads + first_head) * p.parts.splits + blockIdx.x;
  const uint32_t head = threadIdx.x / kPositions;
  if (threadIdx.x % kPositions == 0 && first_head + head < p.heads) {
    store(p.parts.states + part + head * p.parts.splits, state);
  }
  const uint32_t g = lane_index() / 4, t = lane_index() % 4;
  LACUNA_UNROLL
  for (uint32_t s = 0; s < 2 * kMlaLatentSteps; ++s) {
    const uint32_t first = mla_first_value(s / 2) + s % 2 * 8;
    if (first >= p.rank) break;
    LACUNA_UNROLL
    for (uint32_t i = 0; i < 2; ++i) {
      if (first_head + g + i * 8 >= p.heads) continue;
      float* to = p.parts.latents + (part + (g + i * 8) * p.parts.splits) * p.rank;
      const Bytes8 v{{float_bits(latents[s][2 * i]), float_bits(latents[s][2 * i + 1])}};
      store(reinterpret_cast<Bytes8*>(to + first + 2 * t), v);
    }
  }
}

template <class Tiles>
LACUNA_DEVICE void mla_decode(const MlaDecodeParams& p) {
  using Cache = typename Tiles::Cache;
  const uint32_t row = blockIdx.z;
  // Of a row that is not there, 0.
  const uint32_t length = load(p.at.positions + row) + 1, of_split = mla_split_length(length);
  if (blockIdx.x * of_split >= length) return;
  const uint32_t begin = blockIdx.x * of_split;
  const Split split{
      p.at.page_table + static_cast<uint64_t>(load(p.at.sequences + row)) * p.at.table_stride,
      begin, length - begin < of_split ? length : begin + of_split};

  auto& memory = shared_memory<Memory<Tiles>>();
  const uint32_t stride = (p.rank + p.rope_dim + kMlaDecodePadding) * kValueBytes<Tiles>;
  const auto stage_memory = [&](uint32_t stage) {
    return dynamic_shared_memory() + stage % kStages<Tiles> * kPositions * stride;
  };
  const uint32_t stages = split.stages();
  LACUNA_UNROLL
  for (uint32_t s = 0; s < kStages<Tiles> - 1; ++s) {
    if (s < stages) fetch<Cache>(p, split, s, stage_memory(s), stride);
    copy_async_commit();
  }
  const MlaQueries queries{p, row, blockIdx.y * kHeads};
  Tiles tiles;
  tiles.load_queries(queries);
  SoftmaxState state{-INFINITY, 0};
  MlaLatents latents = {};
  for (uint32_t stage = 0; stage < stages; ++stage) {
    copy_async_wait<kStages<Tiles> - 2>();
    block_barrier();  // the rows are here for all, and all are done with those of the stage before
    if (const uint32_t next = stage + kStages<Tiles> - 1; next < stages) {
      fetch<Cache>(p, split, next, stage_memory(next), stride);
    }
    copy_async_commit();
    const SharedRows rows{stage_memory(stage), stride};
    MlaScores scores = {};
    tiles.add_scores(rows, queries.width(), scores);
    put_partial(memory.partial[warp_index()], scores);
    block_barrier();
    weigh(memory, begin + stage * kPositions + threadIdx.x % kPositions < split.end, state);
    block_barrier();
    scale(latents, memory.factors);
    Tiles::add_latents(rows, p.rank, memory.weights, latents);
  }
  hand_on(p, state, latents);
}

}  // namespace

LACUNA_KERNEL(mla_decode_f16, MlaDecodeParams, kMlaDecodeThreads, 2) {
  mla_decode<MlaTilesF16>(p);
}
LACUNA_KERNEL(mla_decode_f32, MlaDecodeParams, kMlaDecodeThreads, 1) {
  mla_decode<MlaTilesF32>(p);
}

}  // namespace lacuna::kernels
