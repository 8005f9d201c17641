#include "planted.cuh"

namespace lacuna::kernels {

// Out: the value of the thread above; the last one takes the first's. No barrier between writing
// and reading.
template <bool mistake>
LACUNA_DEVICE void missing_barrier(const PlantedParams& p) {
  float* tile = shared_memory<PlantedTile>().of;
  tile[threadIdx.x] = load(p.x + threadIdx.x);
  if (!mistake) block_barrier();
  store(p.out + threadIdx.x, tile[(threadIdx.x + 1) % kPlantedThreads]);
}
LACUNA_PLANTED(missing_barrier)

// The same with the thread below, so that another order hides it.
template <bool mistake>
LACUNA_DEVICE void missing_barrier_below(const PlantedParams& p) {
  float* tile = shared_memory<PlantedTile>().of;
  tile[threadIdx.x] = load(p.x + threadIdx.x);
  if (!mistake) block_barrier();
  store(p.out + threadIdx.x, threadIdx.x == 0 ? 0.0f : tile[threadIdx.x - 1]);
}
LACUNA_PLANTED(missing_barrier_below)

// Tile after tile turned round. No barrier between reading a tile and writing the next.
template <bool mistake>
LACUNA_DEVICE void reused_tile(const PlantedParams& p) {
  float* tile = shared_memory<PlantedTile>().of;
  for (uint32_t begin = 0; begin < p.count; begin += kPlantedThreads) {
    tile[threadIdx.x] = load(p.x + begin + threadIdx.x);
    block_barrier();
    store(p.out + begin + threadIdx.x, tile[kPlantedThreads - 1 - threadIdx.x]);
    if (!mistake) block_barrier();
  }
}
LACUNA_PLANTED(reused_tile)

// Within a warp: the value of the lane above. Lanes do not run in step.
template <bool mistake>
LACUNA_DEVICE void missing_warp_barrier(const PlantedParams& p) {
  float* tile = shared_memory<PlantedTile>().of;
  tile[threadIdx.x] = load(p.x + threadIdx.x);
  if (!mistake) warp_barrier();
  const uint32_t first = warp_index() * kWarp;
  store(p.out + threadIdx.x, tile[first + (lane_index() + 1) % kWarp]);
}
LACUNA_PLANTED(missing_warp_barrier)

// A sum through shared memory, in which each step takes a barrier for granted that only half of the
// threads come to.
template <bool mistake>
LACUNA_DEVICE void divergent_barrier(const PlantedParams& p) {
  float* tile = shared_memory<PlantedTile>().of;
  tile[threadIdx.x] = load(p.x + threadIdx.x);
  block_barrier();
  if (threadIdx.x < kPlantedThreads / 2) {
    tile[threadIdx.x] += tile[threadIdx.x + kPlantedThreads / 2];
    if (mistake) block_barrier();
  }
  if (!mistake) block_barrier();
  store(p.out + threadIdx.x, tile[threadIdx.x % (kPlantedThreads / 2)]);
}
LACUNA_PLANTED(divergent_barrier)

// The lower lanes exchange values, the upper ones do not come.
template <bool mistake>
LACUNA_DEVICE void divergent_shuffle(const PlantedParams& p) {
  float x = load(p.x + threadIdx.x);
  if (mistake) {
    if (lane_index() < 16) x += shuffle_xor(x, 1);
  } else {
    const float other = shuffle_xor(x, 1);
    if (lane_index() < 16) x += other;
  }
  store(p.out + threadIdx.x, x);
}
LACUNA_PLANTED(divergent_shuffle)

}  // namespace lacuna::kernels
