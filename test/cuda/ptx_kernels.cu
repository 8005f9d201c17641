// One warp each: out[32 i + lane] is what the lane has after the ith operation.
#include "cases/ptx_kernels.h"
#include "ptx.h"
#include "reduce.cuh"

namespace lacuna::kernels {
namespace {

LACUNA_DEVICE void put(const PtxCheckParams& p, uint32_t i, uint32_t value) {
  store(p.out + i * kWarp + lane_index(), value);
}

}  // namespace

// a [32]: a value for each lane.
LACUNA_KERNEL(check_exchange, PtxCheckParams, 32, 1) {
  const uint32_t x = load(p.a + lane_index());
  put(p, 0, shuffle(x, 5));
  put(p, 1, shuffle(x, lane_index() * 7 % 32));
  put(p, 2, shuffle_xor(x, 19));
  put(p, 3, shuffle_down(x, 3));
  put(p, 4, shuffle_up(x, 4));
  put(p, 5, vote(x % 2 == 1));
  put(p, 6, static_cast<uint32_t>(lanes_sum(static_cast<int32_t>(x))));
  put(p, 7, static_cast<uint32_t>(lanes_max(static_cast<int32_t>(x))));
  put(p, 8, lanes_max(x));
  put(p, 9, match_lanes(x % 5));
}

// a, b [32].
LACUNA_KERNEL(check_bytes, PtxCheckParams, 32, 1) {
  const uint32_t a = load(p.a + lane_index()), b = load(p.b + lane_index());
  put(p, 0, static_cast<uint32_t>(dot4_ss(a, b, 7)));
  put(p, 1, static_cast<uint32_t>(dot4_su(a, b, -7)));
  put(p, 2, permute_bytes(a, b, 0x7351));
  put(p, 3, permute_bytes(a, b, 0x80c4));
  put(p, 4, floats_to_f16x2(bits_float(a), bits_float(b)));
  put(p, 5, floats_to_bf16x2(bits_float(a), bits_float(b)));
  put(p, 6, float_bits(f16_to_float(static_cast<uint16_t>(a))));
  put(p, 7, static_cast<uint32_t>(round_to_int(bits_float(a))));
  put(p, 8, count_bits(a));
}

// a [16, 8] words, b [8, 8] words by columns: rows of 16 halves; out [16, 8] floats. The fragments
// come through shared memory.
template <class Mma>
LACUNA_DEVICE void check_mma_halves(const PtxCheckParams& p, Mma mma) {
  struct Tiles {
    alignas(16) uint32_t a[16][12];  // rows of 32 bytes, 48 apart
    alignas(16) uint32_t b[8][12];
  };
  auto& tiles = shared_memory<Tiles>();
  const uint32_t lane = lane_index();
  for (uint32_t i = lane; i < 128; i += kWarp) tiles.a[i / 8][i % 8] = load(p.a + i);
  for (uint32_t i = lane; i < 64; i += kWarp) tiles.b[i / 8][i % 8] = load(p.b + i);
  warp_barrier();
  uint32_t a[4], b[2];
  load_matrices(a, &tiles.a[lane % 16][lane / 16 * 4]);
  load_matrices(b, &tiles.b[lane % 8][lane / 8 % 2 * 4]);
  float d[4] = {};
  mma(d, a, b);
  for (uint32_t i = 0; i < 4; ++i) {
    const uint32_t row = lane / 4 + i / 2 * 8, column = lane % 4 * 2 + i % 2;
    store(p.out + row * 8 + column, float_bits(d[i]));
  }
}
LACUNA_KERNEL(check_mma_f16, PtxCheckParams, 32, 1) {
  check_mma_halves(
      p, [](float (&d)[4], const uint32_t (&a)[4], const uint32_t (&b)[2]) { mma_f16(d, a, b); });
}
LACUNA_KERNEL(check_mma_bf16, PtxCheckParams, 32, 1) {
  check_mma_halves(
      p, [](float (&d)[4], const uint32_t (&a)[4], const uint32_t (&b)[2]) { mma_bf16(d, a, b); });
}

// a [16, 8] floats, b [8, 8] floats by columns; out [16, 8].
LACUNA_KERNEL(check_mma_tf32, PtxCheckParams, 32, 1) {
  const uint32_t g = lane_index() / 4, t = lane_index() % 4;
  const uint32_t a[4] = {load(p.a + g * 8 + t), load(p.a + (g + 8) * 8 + t),
                         load(p.a + g * 8 + t + 4), load(p.a + (g + 8) * 8 + t + 4)};
  const uint32_t b[2] = {load(p.b + g * 8 + t), load(p.b + g * 8 + t + 4)};
  float d[4] = {};
  mma_tf32(d, a, b);
  for (uint32_t i = 0; i < 4; ++i) {
    store(p.out + (g + i / 2 * 8) * 8 + t * 2 + i % 2, float_bits(d[i]));
  }
}

LACUNA_DEVICE void put_result(const PtxCheckParams& p, uint32_t i, const int32_t (&d)[4]) {
  const uint32_t g = lane_index() / 4, t = lane_index() % 4;
  for (uint32_t j = 0; j < 4; ++j) {
    store(p.out + i * 128 + (g + j / 2 * 8) * 8 + t * 2 + j % 2, static_cast<uint32_t>(d[j]));
  }
}

// a [16, 32] bytes, b [8, 32] bytes by columns; out [4, 16, 8]: of bytes with signs, of b's
// without; of the first 16 of 32 with signs, of the last without. A row of 32 bytes lies as 16
// halves do.
LACUNA_KERNEL(check_mma_s8, PtxCheckParams, 32, 1) {
  const uint32_t g = lane_index() / 4, t = lane_index() % 4;
  const uint32_t a[4] = {load(p.a + g * 8 + t), load(p.a + (g + 8) * 8 + t),
                         load(p.a + g * 8 + t + 4), load(p.a + (g + 8) * 8 + t + 4)};
  const uint32_t b[2] = {load(p.b + g * 8 + t), load(p.b + g * 8 + t + 4)};
  const uint32_t first_a[2] = {a[0], a[1]}, last_a[2] = {a[2], a[3]};
  const uint32_t first_b[1] = {b[0]}, last_b[1] = {b[1]};
  int32_t d[4][4] = {};
  mma_s8(d[0], a, b);
  mma_s8_u8(d[1], a, b);
  mma_s8(d[2], first_a, first_b);
  mma_s8_u8(d[3], last_a, last_b);
  for (uint32_t i = 0; i < 4; ++i) put_result(p, i, d[i]);
}
LACUNA_KERNEL(check_mma_e4m3, PtxCheckParams, 32, 1) {
  const uint32_t g = lane_index() / 4, t = lane_index() % 4;
  const uint32_t a[4] = {load(p.a + g * 8 + t), load(p.a + (g + 8) * 8 + t),
                         load(p.a + g * 8 + t + 4), load(p.a + (g + 8) * 8 + t + 4)};
  const uint32_t b[2] = {load(p.b + g * 8 + t), load(p.b + g * 8 + t + 4)};
  float d[4] = {};
  if (has_mma_e4m3()) mma_e4m3(d, a, b);
  for (uint32_t i = 0; i < 4; ++i) {
    store(p.out + (g + i / 2 * 8) * 8 + t * 2 + i % 2, float_bits(d[i]));
  }
}

// a [32, 4]: four 8 × 8 matrices of halves; out [32 * 4]: each transposed, as rows.
LACUNA_KERNEL(check_transposed, PtxCheckParams, 32, 1) {
  struct Matrices {
    alignas(16) uint32_t rows[32][4];
  };
  auto& m = shared_memory<Matrices>();
  const uint32_t lane = lane_index();
  for (uint32_t i = 0; i < 4; ++i) m.rows[lane][i] = load(p.a + lane * 4 + i);
  warp_barrier();
  uint32_t r[4];
  load_matrices_transposed(r, m.rows[lane]);
  // Lane holds rows 2t and 2t + 1, column g: of the transposed, row g, columns 2t and the next.
  for (uint32_t i = 0; i < 4; ++i) store(p.out + (8 * i + lane / 4) * 4 + lane % 4, r[i]);
}

}  // namespace lacuna::kernels
