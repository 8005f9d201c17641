#include "planted.cuh"

namespace lacuna::kernels {

// Each lane fetches a row of sixteen bytes and waits for its own copy. The rows of a fragment are
// given by other lanes than those that fetched them.
template <bool mistake>
LACUNA_DEVICE void unseen_fragment(const PlantedParams& p) {
  struct Tiles {
    alignas(16) float rows[kPlantedThreads][4];
  };
  auto& tiles = shared_memory<Tiles>();
  const uint32_t first = warp_index() * kWarp, fetched = first + (lane_index() + 1) % kWarp;
  copy_async16(tiles.rows[fetched], p.x + fetched * 4);
  copy_async_commit();
  copy_async_wait<0>();
  if (!mistake) warp_barrier();
  uint32_t words[4];
  load_matrices(words, tiles.rows[first + lane_index()]);
  // Word lane % 4 of row lane / 4 of each matrix.
  for (uint32_t m = 0; m < 4; ++m) {
    store(p.out + first * 4 + m * kWarp + lane_index(), bits_float(words[m]));
  }
}
LACUNA_PLANTED(unseen_fragment)

// Times one, made of sixteen products. The lanes that hold the last columns of the result have
// nothing to do with them, and leave out an instruction that takes the whole warp.
template <bool mistake>
LACUNA_DEVICE void divergent_product(const PlantedParams& p) {
  const uint32_t ones = floats_to_bf16x2(1, 1), sixteenths = floats_to_bf16x2(0.0625f, 0.0625f);
  const uint32_t a[4] = {ones, ones, ones, ones}, b[2] = {sixteenths, sixteenths};
  const bool needed = lane_index() % 4 < 3;
  float d[4] = {};
  if (!mistake || needed) mma_bf16(d, a, b);
  const float x = load(p.x + threadIdx.x);
  store(p.out + threadIdx.x, needed ? x * d[0] : x);
}
LACUNA_PLANTED(divergent_product)

}  // namespace lacuna::kernels
