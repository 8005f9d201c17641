#include "planted.cuh"

namespace lacuna::kernels {

// One value past the end of an allocation.
template <bool mistake>
LACUNA_DEVICE void global_bounds(const PlantedParams& p) {
  const uint32_t i = threadIdx.x + 1;
  const bool inside = mistake ? i <= p.count : i < p.count;
  store(p.out + threadIdx.x, inside ? load(p.x + i) : 0.0f);
}
LACUNA_PLANTED(global_bounds)

// One value past the end of a shared array: what lies there is nobody's, so the result is right.
template <bool mistake>
LACUNA_DEVICE void shared_bounds(const PlantedParams& p) {
  float* tile = shared_memory<PlantedTile>().of;
  tile[threadIdx.x + (mistake ? 1 : 0)] = load(p.x + threadIdx.x);
  block_barrier();
  store(p.out + threadIdx.x, tile[threadIdx.x + (mistake ? 1 : 0)]);
}
LACUNA_PLANTED(shared_bounds)

// Adds to memory that nobody has written.
template <bool mistake>
LACUNA_DEVICE void never_written(const PlantedParams& p) {
  const float before = mistake ? load(p.out + threadIdx.x) : 0.0f;
  store(p.out + threadIdx.x, load(p.x + threadIdx.x) + before * 0.0f);
}
LACUNA_PLANTED(never_written)

// Every block writes all values, and the same ones.
template <bool mistake>
LACUNA_DEVICE void block_race(const PlantedParams& p) {
  if (!mistake && blockIdx.x > 0) return;
  store(p.out + threadIdx.x, load(p.x + threadIdx.x));
}
LACUNA_PLANTED(block_race)

// Sixteen bytes at an address that is a multiple of four.
template <bool mistake>
LACUNA_DEVICE void misaligned(const PlantedParams& p) {
  const uint32_t i = threadIdx.x < kPlantedThreads - 4 ? threadIdx.x : 0;
  if (mistake) {
    const auto v = load(reinterpret_cast<const Bytes16*>(p.x + i));
    store(p.out + threadIdx.x, bits_float(v.word[0]));
  } else {
    store(p.out + threadIdx.x, load(p.x + i));
  }
}
LACUNA_PLANTED(misaligned)

// Global memory without the functions of ptx.h.
template <bool mistake>
LACUNA_DEVICE void plain_access(const PlantedParams& p) {
  store(p.out + threadIdx.x, mistake ? p.x[threadIdx.x] : load(p.x + threadIdx.x));
}
LACUNA_PLANTED(plain_access)

}  // namespace lacuna::kernels
