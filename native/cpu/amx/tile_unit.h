// The tile registers as types: one instruction each, in the order in which they are written.
// `static`: no copy may leave the AMX object files.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lacuna::cpu::amx {

constexpr size_t kTileSums = 256;  // float32 values of a result tile: 16 rows of 16

struct alignas(64) TileConfig {
  uint8_t palette = 1;
  uint8_t start_row = 0;
  uint8_t reserved[14] = {};
  uint16_t row_bytes[16] = {};
  uint8_t rows[16] = {};
};

// The compiler does not know what the tile instructions read and write: "memory" keeps them and the
// stores around them in order.

static inline void configure(const TileConfig& config) {
  asm volatile("ldtilecfg %0" : : "m"(config) : "memory");
}

static inline void release() {
  asm volatile("tilerelease" : : : "memory");
}

// Sixteen rows of 64 bytes, dense.
template <int kTo>
static inline void load_tile(const void* from) {
  asm volatile("tileloadd (%0,%1,1), %%tmm%c2" : : "r"(from), "r"(size_t{64}), "i"(kTo) : "memory");
}

template <int kFrom>
static inline void store_tile(void* to) {
  asm volatile("tilestored %%tmm%c2, (%0,%1,1)"
               :
               : "r"(to), "r"(size_t{64}), "i"(kFrom)
               : "memory");
}

template <int kSum, int kLeft, int kRight>
static inline void add_product() {
  asm volatile("tdpbf16ps %%tmm%c2, %%tmm%c1, %%tmm%c0" : : "i"(kSum), "i"(kLeft), "i"(kRight));
}

// Tiles 0 … kCount - 1, and as many result tiles in memory.

template <int kCount>
static inline void zero_tiles() {
  asm volatile("tilezero %%tmm%c0" : : "i"(kCount - 1));
  if constexpr (kCount > 1) zero_tiles<kCount - 1>();
}

template <int kCount>
static inline void load_tiles(const float* from) {
  load_tile<kCount - 1>(from + (kCount - 1) * kTileSums);
  if constexpr (kCount > 1) load_tiles<kCount - 1>(from);
}

template <int kCount>
static inline void store_tiles(float* to) {
  store_tile<kCount - 1>(to + (kCount - 1) * kTileSums);
  if constexpr (kCount > 1) store_tiles<kCount - 1>(to);
}

}  // namespace lacuna::cpu::amx
