#include "planted.cuh"

namespace lacuna::kernels {
namespace {

constexpr uint32_t kTile = 4 * kPlantedThreads;  // values: sixteen bytes a thread

struct Tiles {
  alignas(16) float of[2][kTile];
};

LACUNA_DEVICE void fetch(const PlantedParams& p, Tiles& tiles, uint32_t tile) {
  const uint32_t i = threadIdx.x * 4;
  copy_async16(&tiles.of[tile % 2][i], p.x + tile * kTile + i);
  copy_async_commit();
}

}  // namespace

// Two groups are on their way; after waiting for the first, both are used. Each thread reads only
// what it has fetched.
template <bool mistake>
LACUNA_DEVICE void wrong_wait_count(const PlantedParams& p) {
  auto& tiles = shared_memory<Tiles>();
  fetch(p, tiles, 0);
  fetch(p, tiles, 1);
  copy_async_wait<mistake ? 1 : 0>();
  for (uint32_t tile = 0; tile < 2; ++tile) {
    for (uint32_t i = threadIdx.x * 4; i < threadIdx.x * 4 + 4; ++i) {
      store(p.out + tile * kTile + i, 2 * tiles.of[tile][i]);
    }
  }
}
LACUNA_PLANTED(wrong_wait_count)

// Three stages, of which two are on their way. A wait counts groups: where the last stages commit
// none, it lets through what has not come.
template <bool mistake>
LACUNA_DEVICE void skipped_commit(const PlantedParams& p) {
  struct Stages {
    alignas(16) float of[3][kTile];
  };
  auto& stages = shared_memory<Stages>();
  const uint32_t count = p.count / kTile, i = threadIdx.x * 4;
  const auto fetch_stage = [&](uint32_t stage) {
    if (stage < count) copy_async16(&stages.of[stage % 3][i], p.x + stage * kTile + i);
    if (stage < count || !mistake) copy_async_commit();
  };
  fetch_stage(0);
  fetch_stage(1);
  for (uint32_t stage = 0; stage < count; ++stage) {
    copy_async_wait<1>();
    for (uint32_t j = i; j < i + 4; ++j) store(p.out + stage * kTile + j, stages.of[stage % 3][j]);
    fetch_stage(stage + 2);
  }
}
LACUNA_PLANTED(skipped_commit)

// Waits for its own copies, and reads what another thread has fetched.
template <bool mistake>
LACUNA_DEVICE void unseen_copy(const PlantedParams& p) {
  auto& tiles = shared_memory<Tiles>();
  fetch(p, tiles, 0);
  copy_async_wait<0>();
  if (!mistake) block_barrier();
  for (uint32_t i = threadIdx.x; i < kTile; i += kPlantedThreads) {
    store(p.out + i, tiles.of[0][kTile - 1 - i]);
  }
}
LACUNA_PLANTED(unseen_copy)

// Double buffering without the barrier that keeps a fast warp from filling the tile that a slow one
// still reads.
template <bool mistake>
LACUNA_DEVICE void early_refill(const PlantedParams& p) {
  auto& tiles = shared_memory<Tiles>();
  const uint32_t count = p.count / kTile;
  fetch(p, tiles, 0);
  for (uint32_t tile = 0; tile < count; ++tile) {
    if (tile + 1 < count) fetch(p, tiles, tile + 1);
    if (tile + 1 < count) {
      copy_async_wait<1>();
    } else {
      copy_async_wait<0>();
    }
    block_barrier();
    for (uint32_t i = threadIdx.x; i < kTile; i += kPlantedThreads) {
      store(p.out + tile * kTile + i, tiles.of[tile % 2][kTile - 1 - i]);
    }
    if (!mistake) block_barrier();
  }
}
LACUNA_PLANTED(early_refill)

}  // namespace lacuna::kernels
