#include "mla_prefill.h"

#include "mla_prefill_f16.cuh"
#include "mla_prefill_f32.cuh"

namespace lacuna::kernels {
namespace {

static_assert(MlaPrefillF16::kKeys == mla_prefill_keys(2));
static_assert(MlaPrefillF32::kKeys == mla_prefill_keys(4));

// A warp's sixteen rows, of which a lane has rows g and g + 8 and, of each, every fourth pair of
// scores: it sums up what it sees, and the four lanes of a row come together at the end.
struct Softmax {
  uint32_t first_row;  // of the warp, in its block
  float maxima[2] = {-INFINITY, -INFINITY};
  float sums[2] = {};
  MlaAttended attended = {};

  LACUNA_METHOD uint32_t row(uint32_t i) const { return first_row + lane_index() / 4 + i * 8; }
};

LACUNA_DEVICE uint64_t index_of(const MlaBlock& block, uint32_t row) {
  return static_cast<uint64_t>(block.first_row + row) * block.p.heads + block.head;
}

// Where an earlier slice has come to.
LACUNA_DEVICE void resume(Softmax& s, const MlaBlock& block) {
  const MlaPrefillParams& p = block.p;
  const uint32_t t = lane_index() % 4;
  LACUNA_UNROLL
  for (uint32_t i = 0; i < 2; ++i) {
    if (s.row(i) >= block.rows) continue;
    const uint64_t at = index_of(block, s.row(i));
    const SoftmaxState state = load(p.states + at);
    s.maxima[i] = state.maximum;
    s.sums[i] = t == 0 ? state.sum : 0.0f;
    LACUNA_UNROLL
    for (uint32_t c = 0; c < kMlaMostValue; c += 8) {
      if (c >= p.value_dim) break;
      const Bytes8 v = load(reinterpret_cast<const Bytes8*>(p.out + at * p.value_dim + c + 2 * t));
      s.attended[c / 8][2 * i] = bits_float(v.word[0]);
      s.attended[c / 8][2 * i + 1] = bits_float(v.word[1]);
    }
  }
}

// Scores become weights. Key `first` + 8n + 2t + j of the slice is score [n][2i + j] of row i.
template <uint32_t keys>
LACUNA_DEVICE void weigh(Softmax& s, const MlaBlock& block, uint32_t first,
                         float (&scores)[keys / 8][4] LACUNA_SITE) {
  const MlaPrefillParams& p = block.p;
  const uint32_t t = lane_index() % 4;
  LACUNA_UNROLL
  for (uint32_t i = 0; i < 2; ++i) {
    const uint32_t position = p.first_position + block.first_row + s.row(i);
    float maximum = s.maxima[i];
    LACUNA_UNROLL
    for (uint32_t n = 0; n < keys / 8; ++n) {
      LACUNA_UNROLL
      for (uint32_t j = 0; j < 2; ++j) {
        const uint32_t key = first + n * 8 + 2 * t + j;
        float& score = scores[n][2 * i + j];
        if (key >= block.keys || p.first_key + key > position) score = -INFINITY;
        maximum = fmaxf(maximum, score);
      }
    }
    maximum = fmaxf(maximum, shuffle_xor(maximum, 1 LACUNA_AT));
    maximum = fmaxf(maximum, shuffle_xor(maximum, 2 LACUNA_AT));
    const float factor = expf(s.maxima[i] - maximum);
    s.maxima[i] = maximum;
    s.sums[i] *= factor;
    LACUNA_UNROLL
    for (uint32_t n = 0; n < keys / 8; ++n) {
      LACUNA_UNROLL
      for (uint32_t j = 0; j < 2; ++j) {
        float& score = scores[n][2 * i + j];
        score = expf(score - maximum);
        s.sums[i] += score;
      }
    }
    LACUNA_UNROLL
    for (uint32_t c = 0; c < kMlaMostValue / 8; ++c) {
      s.attended[c][2 * i] *= factor;
      s.attended[c][2 * i + 1] *= factor;
    }
  }
}

// For the next slice, or, where there is none for these rows, as the result.
LACUNA_DEVICE void hand_on(const Softmax& s, const MlaBlock& block, bool done LACUNA_SITE) {
  const MlaPrefillParams& p = block.p;
  const uint32_t t = lane_index() % 4;
  LACUNA_UNROLL
  for (uint32_t i = 0; i < 2; ++i) {
    float sum = s.sums[i];
    sum += shuffle_xor(sum, 1 LACUNA_AT);
    sum += shuffle_xor(sum, 2 LACUNA_AT);
    if (s.row(i) >= block.rows) continue;
    const uint64_t at = index_of(block, s.row(i));
    if (!done && t == 0) store(p.states + at, SoftmaxState{s.maxima[i], sum});
    const float factor = done ? 1.0f / sum : 1.0f;
    LACUNA_UNROLL
    for (uint32_t c = 0; c < kMlaMostValue; c += 8) {
      if (c >= p.value_dim) break;
      const Bytes8 v{{float_bits(s.attended[c / 8][2 * i] * factor),
                      float_bits(s.attended[c / 8][2 * i + 1] * factor)}};
      store(reinterpret_cast<Bytes8*>(p.out + at * p.value_dim + c + 2 * t), v);
    }
  }
}

template <class Tiles>
LACUNA_DEVICE void mla_prefill(const MlaPrefillParams& p) {
  constexpr uint32_t kKeys = Tiles::kKeys;
  // The last rows see the most keys: they come first, so that the short ones fill the end.
  const uint32_t first_row = (gridDim.x - 1 - blockIdx.x) * kMlaPrefillRows;
  const uint32_t rows = p.rows - first_row < kMlaPrefillRows ? p.rows - first_row : kMlaPrefillRows;
  const uint32_t end = p.first_position + first_row + rows;  // beyond the last row's position
  if (p.first_key >= end) return;
  const bool done = end - p.first_key <= p.key_count;
  const MlaBlock block{p, blockIdx.y, first_row, rows, done ? end - p.first_key : p.key_count};

  Tiles tiles(block);
  tiles.begin();
  Softmax softmax{warp_index() * 16};
  if (p.first_key > 0) resume(softmax, block);
  // The last position of the warp's rows: keys beyond it are not for them.
  const uint32_t last = p.first_position + first_row + softmax.first_row + 15;
  for (uint32_t first = 0; first < block.keys; first += kKeys) {
    tiles.advance(first);
    if (p.first_key + first > last) continue;
    float scores[kKeys / 8][4] = {};
    tiles.add_scores(scores);
    weigh<kKeys>(softmax, block, first, scores);
    tiles.add_values(scores, softmax.attended);
  }
  hand_on(softmax, block, done);
}

}  // namespace

LACUNA_KERNEL(mla_prefill_f16, MlaPrefillParams, kMlaPrefillThreads, 2) {
  mla_prefill<MlaPrefillF16>(p);
}
LACUNA_KERNEL(mla_prefill_f32, MlaPrefillParams, kMlaPrefillThreads, 2) {
  mla_prefill<MlaPrefillF32>(p);
}

}  // namespace lacuna::kernels
