// Choices of experts, sorted so that each expert's matrix is read once for all its tokens. An entry
// is one choice: token * used + slot. Shared by kernels and host.
#pragma once

#include "work_list.h"

namespace lacuna::kernels {

inline constexpr uint32_t kSortThreads = 1024;
inline constexpr uint32_t kSortMostEntries = 32768;
inline constexpr uint32_t kSortMostExperts = 512;

// Which entries are computed on this device: entry i where slot_of_expert[chosen[i]] ≥ 0, which is
// the expert's matrix in the device's stack. Null `slot_of_expert`: all, and expert e is matrix e.
struct ExpertPlacement {
  const uint32_t* chosen;         // [entries]
  const int32_t* slot_of_expert;  // [experts], or null
};

// Kernel `sort_by_expert`, one block: writes the work list of the entries that are computed here,
// sorted by expert, an expert's by entry.
struct SortByExpertParams {
  ExpertPlacement placement;  // chosen: below `experts`
  WorkTile* tiles;            // [most_tiles(entries, experts on this device, tile_rows)]
  uint32_t* tile_count;       // [1]
  uint32_t* order;            // [entries]; those beyond the tiles are left as they are
  uint32_t* expert_counts;    // [experts], or null: += the entries of each, on this device or not
  uint32_t entries;           // 0 … kSortMostEntries
  uint32_t experts;           // 1 … kSortMostExperts
  uint32_t tile_rows;         // ≥ 1: entries of a tile
};

// Tiles that `entries` choices among `experts` can fill at most: every visited expert may leave one
// partly empty.
constexpr uint32_t most_tiles(uint32_t entries, uint32_t experts, uint32_t tile_rows) {
  const uint32_t visited = entries < experts ? entries : experts;
  return (entries + visited * (tile_rows - 1)) / tile_rows;
}

}  // namespace lacuna::kernels
