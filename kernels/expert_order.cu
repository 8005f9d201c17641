// A counting sort by one block. Each warp has a part of the entries: it counts them, and once it is
// known where each expert's begin, puts them there, 32 at a time and in order.
#include "expert_order.h"

#include "ptx.h"

namespace lacuna::kernels {
namespace {

constexpr uint32_t kWarps = kSortThreads / kWarp;
constexpr uint16_t kAbsent = 0xffff;  // above every place: the expert is not on this device

struct Memory {
  // Of expert e in warp w's part: entries, then where its next one goes.
  uint16_t places[kWarps][kSortMostExperts];
  uint32_t totals[kWarps];
};

// Entries [first, last) of the warp.
struct Part {
  uint32_t first, last;
};

LACUNA_DEVICE Part part_of(uint32_t entries, uint32_t warp) {
  const uint32_t each = (entries + kWarps * kWarp - 1) / (kWarps * kWarp) * kWarp;
  const uint32_t first = warp * each < entries ? warp * each : entries;
  return {first, entries - first < each ? entries : first + each};
}

// Calls `use(valid, entry, expert, rank, same)` with 32 entries at a time, one a lane (not valid
// beyond the last): `same` is how many
// of them visit the expert, `rank` how many of those are in lanes below.
template <class Use>
LACUNA_DEVICE void each_entry(const SortByExpertParams& p, Use use LACUNA_SITE) {
  const Part part = part_of(p.entries, warp_index());
  for (uint32_t begin = part.first; begin < part.last; begin += kWarp) {
    const uint32_t entry = begin + lane_index();
    const bool valid = entry < part.last;
    const uint32_t expert = valid ? load(p.placement.chosen + entry LACUNA_AT) : kSortMostExperts;
    const uint32_t lanes = match_lanes(expert LACUNA_AT);
    const uint32_t rank = count_bits(lanes & ((1u << lane_index()) - 1));
    use(valid, entry, expert, rank, count_bits(lanes));
    warp_barrier(LACUNA_ONLY_AT);
  }
}

// The sum over the threads before this one. `totals` is shared.
LACUNA_DEVICE uint32_t sum_before(uint32_t value, uint32_t (&totals)[kWarps] LACUNA_SITE) {
  uint32_t sum = value;
  LACUNA_UNROLL
  for (uint32_t offset = 1; offset < kWarp; offset *= 2) {
    const uint32_t below = shuffle_up(sum, offset LACUNA_AT);
    if (lane_index() >= offset) sum += below;
  }
  if (lane_index() == kWarp - 1) totals[warp_index()] = sum;
  block_barrier(LACUNA_ONLY_AT);
  const uint32_t of_warp = lane_index() < warp_index() ? totals[lane_index()] : 0;
  return static_cast<uint32_t>(lanes_sum(static_cast<int32_t>(of_warp) LACUNA_AT)) + sum - value;
}

LACUNA_DEVICE void store_tile(WorkTile* tile, uint32_t matrix, uint32_t first, uint32_t count) {
  store(&tile->matrix, matrix);
  store(&tile->first, first);
  store(&tile->count, count);
}

}  // namespace

LACUNA_KERNEL(sort_by_expert, SortByExpertParams, kSortThreads, 1) {
  auto& memory = shared_memory<Memory>();
  // The warps beyond have no entries.
  uint32_t warps = 0;
  while (warps < kWarps && part_of(p.entries, warps).first < p.entries) ++warps;
  const uint32_t e = threadIdx.x;
  if (e < p.experts) {
    for (uint32_t w = 0; w < warps; ++w) memory.places[w][e] = 0;
  }
  block_barrier();
  auto& places = memory.places[warp_index()];
  each_entry(p, [&](bool valid, uint32_t, uint32_t expert, uint32_t rank, uint32_t same) {
    if (valid && rank == 0) places[expert] = static_cast<uint16_t>(places[expert] + same);
  });
  block_barrier();

  uint32_t visits = 0, here = 0, matrix = e;
  if (e < p.experts) {
    for (uint32_t w = 0; w < warps; ++w) visits += memory.places[w][e];
    if (p.expert_counts != nullptr) {
      store(p.expert_counts + e, load(p.expert_counts + e) + visits);
    }
    here = visits;
    if (p.placement.slot_of_expert != nullptr) {
      const int32_t slot = load(p.placement.slot_of_expert + e);
      matrix = static_cast<uint32_t>(slot);
      if (slot < 0) here = 0;
    }
  }
  // Both sums in one: neither reaches 2^16.
  const uint32_t tiles = (here + p.tile_rows - 1) / p.tile_rows;
  const uint32_t before = sum_before(tiles << 16 | here, memory.totals);
  const uint32_t first = before & 0xffff, first_tile = before >> 16;
  if (e < p.experts) {
    uint32_t place = first;
    for (uint32_t w = 0; w < warps; ++w) {
      const uint32_t count = memory.places[w][e];
      memory.places[w][e] = here > 0 ? static_cast<uint16_t>(place) : kAbsent;
      place += count;
    }
  }
  for (uint32_t i = 0; i < tiles; ++i) {
    const uint32_t done = i * p.tile_rows, left = here - done;
    store_tile(p.tiles + first_tile + i, matrix, first + done,
               left < p.tile_rows ? left : p.tile_rows);
  }
  if (threadIdx.x == kSortThreads - 1) store(p.tile_count, first_tile + tiles);
  block_barrier();

  each_entry(p, [&](bool valid, uint32_t entry, uint32_t expert, uint32_t rank, uint32_t same) {
    const uint16_t place = valid ? places[expert] : kAbsent;
    if (place != kAbsent) store(p.order + place + rank, entry);
    warp_barrier();
    if (place != kAbsent && rank == 0) places[expert] = static_cast<uint16_t>(place + same);
  });
}

}  // namespace lacuna::kernels
