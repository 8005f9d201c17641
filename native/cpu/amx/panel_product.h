// Weights by packed activations, a panel of rows at a time. Weights are the left operand, so a
// result tile is [16 weight rows, 16 tokens]. `static`: no copy may leave the AMX object files.
#pragma once

#include "cpu/amx/panels.h"
#include "cpu/amx/tile_unit.h"
#include "cpu/bf16_tiles.h"

namespace lacuna::cpu::amx {

constexpr size_t kTileValues = kTileTokens * kTileColumns;  // bfloat16 values of a tile

// Matrices of one shape whose panels are multiplied in turn: row tiles of the first, of the second
// …
struct PanelInput {
  const TileRows* matrices;
  size_t count;  // of matrices
  size_t rows, columns;
  const uint16_t* packed;
  size_t tokens;
  float* scratch;  // [kTileScratch]
};

// One group of token tiles times one panel.
struct GroupStep {
  const uint16_t* weights;
  const uint16_t* x;
  size_t x_tile;                 // values from one token tile to the next
  size_t steps;                  // tiles of columns
  bool begins, continues, ends;  // of the columns; `continues` and not `ends`: sums wait in memory
  size_t turns;                  // that unpack the next panel
};

// sums [T token tiles, R row tiles] of one tile of columns. Each weight tile is used twice before
// it is loaded anew; the next panel's unpacking goes between the products.
template <int R, int T, bool kAlone, int t = 0>
static inline void multiply_step(const uint16_t* weights, size_t w_tile, const GroupStep& g,
                                 const uint16_t* x, PanelUnpacking& next) {
  load_tile<7>(x);
  if constexpr (R == 1) {
    if constexpr (t == 0) load_tile<6>(weights);
    add_product<t, 6, 7>();
  } else {
    constexpr int kFirst = t % 2, kSecond = 1 - kFirst;  // the tile that is still there comes first
    if constexpr (t == 0) load_tile<6>(weights);
    add_product<2 * t + kFirst, 6, 7>();
    load_tile<6>(weights + kSecond * w_tile);
    add_product<2 * t + kSecond, 6, 7>();
  }
  if constexpr (kAlone) {
    constexpr int kPieces = 2 * R;  // of kUnpackColumns, for every 32 columns of a panel so narrow
    for (int i = kPieces * t / T; i < kPieces * (t + 1) / T; ++i) next.unpack_piece();
  }
  if constexpr (t + 1 < T)
    multiply_step<R, T, kAlone, t + 1>(weights, w_tile, g, x + g.x_tile, next);
}

template <int R, int T, bool kAlone>
static inline void multiply_group(const GroupStep& g, float* sums, PanelUnpacking& next) {
  if (g.begins) {
    zero_tiles<R * T>();
  } else if (g.continues) {
    load_tiles<R * T>(sums);
  }
  for (size_t k = 0; k < g.steps; ++k) {
    multiply_step<R, T, kAlone>(g.weights + k * kTileValues, g.steps * kTileValues, g,
                                g.x + k * kTileValues, next);
    if constexpr (!kAlone) next.turn(g.turns);
  }
  if (g.ends || g.continues) store_tiles<R * T>(sums);
}

template <int R, bool kAlone>
static inline void multiply_group(size_t tiles, const GroupStep& g, float* sums,
                                  PanelUnpacking& next) {
  switch (tiles) {
    case 1:
      return multiply_group<R, 1, kAlone>(g, sums, next);
    case 2:
      return multiply_group<R, 2, kAlone>(g, sums, next);
    case 3:
      return multiply_group<R, 3, kAlone>(g, sums, next);
  }
  if constexpr (R == 1) {
    switch (tiles) {
      case 4:
        return multiply_group<1, 4, kAlone>(g, sums, next);
      case 5:
        return multiply_group<1, 5, kAlone>(g, sums, next);
      case 6:
        return multiply_group<1, 6, kAlone>(g, sums, next);
    }
  }
}

// Calls done(row, sums) after the panels of all matrices from `row` on: sums [matrix, token tile, R
// row tiles, 16 rows, 16 tokens]. Up to six sums stay in the tile registers over all columns. More
// token tiles go in groups over a panel of up to kTileDepth columns.
template <int R, class Done>
static inline void multiply_panels(const PanelInput& in, const Done& done) {
  constexpr size_t kRows = R * 16, kGroup = 6 / R;
  const size_t token_tiles = (in.tokens + kTileTokens - 1) / kTileTokens,
               groups = (token_tiles + kGroup - 1) / kGroup,
               widest = groups > 1 ? kTileDepth : kUnpackColumns;
  auto* panels = reinterpret_cast<uint16_t*>(in.scratch);
  float* sums = in.scratch + kPanelScratch;
  // The panel that follows, in the order of work: columns, matrices, rows.
  PanelPlace place{in.matrices, 0, 0, 0, 0, in.columns};
  size_t matrix = 0;
  PanelUnpacking next;
  const auto begin_next = [&](uint16_t* tiles) {
    place.matrix = in.matrices + matrix;
    place.rows = in.rows - place.row < kRows ? in.rows - place.row : kRows;
    place.depth = in.columns - place.column < widest ? in.columns - place.column : widest;
    next.begin(place, tiles);
  };
  begin_next(panels);
  next.finish();
  // A finished panel's sums are used while the next one's first block is multiplied: they need a
  // while to come out of the tile unit.
  constexpr size_t kNothing = ~size_t{0};
  size_t finished = kNothing;
  const auto use_finished = [&] {
    if (finished != kNothing) done(finished, sums);
    finished = kNothing;
  };
  for (size_t turn = 0; place.row < in.rows; turn ^= 1) {
    const PanelPlace now = place;
    const size_t now_matrix = matrix;
    const bool ends = now.column + now.depth == in.columns;
    place.column = ends ? 0 : now.column + now.depth;
    if (ends && ++matrix == in.count) matrix = 0, place.row += kRows;
    if (place.row < in.rows) begin_next(panels + (turn ^ 1) * kPanelRows * kTileDepth);
    const size_t block = now.column / kTileDepth * kTileDepth,
                 block_depth = in.columns - block < kTileDepth ? in.columns - block : kTileDepth;
    GroupStep g{panels + turn * kPanelRows * kTileDepth,
                in.packed + block * token_tiles * kTileTokens + (now.column - block) * kTileTokens,
                block_depth * kTileTokens,
                now.depth / kTileColumns,
                now.column == 0,
                groups > 1,
                ends,
                now.depth / kTileColumns * groups};
    if (ends || groups > 1) use_finished();  // its place is written
    float* to = sums + now_matrix * token_tiles * R * kTileSums;
    for (size_t group = 0, tile = 0; group < groups; ++group) {
      const size_t tiles = (token_tiles - tile + groups - group - 1) / (groups - group);
      groups > 1 ? multiply_group<R, false>(tiles, g, to + tile * R * kTileSums, next)
                 : multiply_group<R, true>(tiles, g, to + tile * R * kTileSums, next);
      g.x += tiles * g.x_tile;
      tile += tiles;
    }
    next.finish();
    use_finished();
    if (ends && now_matrix + 1 == in.count) finished = now.row;
  }
  use_finished();
}

// Row tiles of a panel: two, or one where that leaves all sums of four to six token tiles in the
// registers.
template <class Two, class One>
static inline void with_row_tiles(size_t tokens, const Two& two, const One& one) {
  tokens > 3 * kTileTokens&& tokens <= 6 * kTileTokens ? one() : two();
}

}  // namespace lacuna::cpu::amx
