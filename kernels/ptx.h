// Everything a kernel asks of the GPU beyond plain C++: memory with cache hints, asynchronous
// copies, shuffles, votes, barriers, byte products and tensor cores. Each function has a device
// branch here, as tiny as it can be, and a twin with the same signature in the emulated device
// (test/cuda/emulation/emulated_ptx.h), so that every kernel also runs where there is no GPU.
//
// Global memory is touched through these functions alone: the emulated device gives out addresses
// that a plain `*p` cannot read. Shared memory is plain memory.
//
// A function that calls a collective one takes LACUNA_SITE as its last parameter and hands it on
// with LACUNA_AT: the emulated device then reports the line that a person wrote.
#pragma once

#include <stdint.h>

#ifndef __CUDACC__
#include "emulated_ptx.h"
#else

#define LACUNA_DEVICE static __device__ __forceinline__
#define LACUNA_METHOD __device__ __forceinline__
#define LACUNA_UNROLL _Pragma("unroll")
#define LACUNA_SITE
#define LACUNA_ONLY_SITE
#define LACUNA_AT
#define LACUNA_ONLY_AT

// A kernel with one plain parameter struct, in blocks of up to `threads` threads, a multiple of 32,
// of which `blocks` should fit on a multiprocessor at once: a thread has 65536 / (threads * blocks)
// registers at most.
//   LACUNA_KERNEL(rms_norm, RmsNormParams, kRmsNormThreads, 2) { … p.columns … }
#define LACUNA_KERNEL(name, Params, threads, blocks)            \
  extern "C" __global__ void __launch_bounds__(threads, blocks) \
      name(const __grid_constant__ Params p)

namespace lacuna::kernels {

inline constexpr uint32_t kWarp = 32;
inline constexpr uint32_t kAllLanes = 0xffffffffu;

LACUNA_DEVICE uint32_t lane_index() {
  return threadIdx.x % kWarp;
}
LACUNA_DEVICE uint32_t warp_index() {
  return threadIdx.x / kWarp;
}

// ---- Global memory. T has 1, 2, 4, 8 or 16 bytes, and `p` is aligned to that.

struct alignas(16) Bytes16 {
  uint32_t word[4];
};
struct alignas(8) Bytes8 {
  uint32_t word[2];
};

namespace detail {
template <int size>
struct Raw;
template <>
struct Raw<1> {
  using Type = unsigned char;
};
template <>
struct Raw<2> {
  using Type = unsigned short;
};
template <>
struct Raw<4> {
  using Type = unsigned int;
};
template <>
struct Raw<8> {
  using Type = uint2;
};
template <>
struct Raw<16> {
  using Type = uint4;
};
template <class To, class From>
LACUNA_DEVICE To bit_copy(const From& from) {
  static_assert(sizeof(To) == sizeof(From));
  To to;
  memcpy(&to, &from, sizeof(to));
  return to;
}
}  // namespace detail

// What other threads of this kernel do not write meanwhile.
template <class T>
LACUNA_DEVICE T load(const T* p) {
  using Raw = typename detail::Raw<sizeof(T)>::Type;
  return detail::bit_copy<T>(*reinterpret_cast<const Raw*>(p));
}

// Constant for the whole kernel and read by many blocks: through the read-only cache.
template <class T>
LACUNA_DEVICE T load_cached(const T* p) {
  using Raw = typename detail::Raw<sizeof(T)>::Type;
  return detail::bit_copy<T>(__ldg(reinterpret_cast<const Raw*>(p)));
}

// Read once, weights for example: leaves the first-level cache to others.
LACUNA_DEVICE Bytes16 load_streamed(const Bytes16* p) {
  Bytes16 v;
  asm volatile("ld.global.nc.L1::no_allocate.L2::128B.v4.u32 {%0, %1, %2, %3}, [%4];"
               : "=r"(v.word[0]), "=r"(v.word[1]), "=r"(v.word[2]), "=r"(v.word[3])
               : "l"(__cvta_generic_to_global(p)));
  return v;
}

template <class T>
LACUNA_DEVICE void store(T* p, const T& value) {
  using Raw = typename detail::Raw<sizeof(T)>::Type;
  *reinterpret_cast<Raw*>(p) = detail::bit_copy<Raw>(value);
}

// ---- Shared memory.

// One T for the block, uninitialised, the same for all its threads: at most 48 KiB for a kernel.
template <class T>
LACUNA_DEVICE T& shared_memory() {
  __shared__ alignas(16) unsigned char bytes[sizeof(T)];
  return *reinterpret_cast<T*>(bytes);
}

// The bytes that the launch asked for, aligned to 16.
LACUNA_DEVICE unsigned char* dynamic_shared_memory() {
  extern __shared__ __align__(16) unsigned char lacuna_dynamic_shared[];
  return lacuna_dynamic_shared;
}

// ---- Asynchronous copies from global to shared memory. A thread's copies since its last commit
// are a group; a wait makes the thread see its own, a barrier after it shows them to others.

// Sixteen bytes, of which `valid` (0 … 16) come from `global` and the rest are zero. Both addresses
// are aligned to 16. With 0 nothing is read.
LACUNA_DEVICE void copy_async16(void* shared, const void* global, uint32_t valid = 16) {
  asm volatile("cp.async.cg.shared.global.L2::128B [%0], [%1], 16, %2;" ::"r"(
                   static_cast<uint32_t>(__cvta_generic_to_shared(shared))),
               "l"(__cvta_generic_to_global(global)), "r"(valid)
               : "memory");
}

// Eight bytes, both addresses aligned to that: for what has no better alignment.
LACUNA_DEVICE void copy_async8(void* shared, const void* global) {
  asm volatile("cp.async.ca.shared.global [%0], [%1], 8;" ::"r"(
                   static_cast<uint32_t>(__cvta_generic_to_shared(shared))),
               "l"(__cvta_generic_to_global(global))
               : "memory");
}

LACUNA_DEVICE void copy_async_commit() {
  asm volatile("cp.async.commit_group;" ::: "memory");
}

// Waits until at most `pending` of the thread's latest groups are on their way.
template <int pending>
LACUNA_DEVICE void copy_async_wait() {
  asm volatile("cp.async.wait_group %0;" ::"n"(pending) : "memory");
}

// ---- Barriers: every thread of the block, or every lane of the warp, at the same line.

LACUNA_DEVICE void block_barrier(LACUNA_ONLY_SITE) {
  __syncthreads();
}
LACUNA_DEVICE void warp_barrier(LACUNA_ONLY_SITE) {
  __syncwarp();
}

// ---- Exchange between the lanes of a warp; all 32 take part. T: int32_t, uint32_t or float. None
// of these orders memory: for that there is warp_barrier.

template <class T>
LACUNA_DEVICE T shuffle(T value, uint32_t from_lane LACUNA_SITE) {
  return __shfl_sync(kAllLanes, value, from_lane);
}
template <class T>
LACUNA_DEVICE T shuffle_xor(T value, uint32_t mask LACUNA_SITE) {
  return __shfl_xor_sync(kAllLanes, value, mask);
}
// From the lane `offset` above; the top lanes keep their own value.
template <class T>
LACUNA_DEVICE T shuffle_down(T value, uint32_t offset LACUNA_SITE) {
  return __shfl_down_sync(kAllLanes, value, offset);
}
// From the lane `offset` below; the lowest lanes keep their own value.
template <class T>
LACUNA_DEVICE T shuffle_up(T value, uint32_t offset LACUNA_SITE) {
  return __shfl_up_sync(kAllLanes, value, offset);
}
// Bit i: lane i's predicate.
LACUNA_DEVICE uint32_t vote(bool predicate LACUNA_SITE) {
  return __ballot_sync(kAllLanes, predicate);
}
// Bit i: lane i has the same value.
LACUNA_DEVICE uint32_t match_lanes(uint32_t value LACUNA_SITE) {
  return __match_any_sync(kAllLanes, value);
}
LACUNA_DEVICE int32_t lanes_sum(int32_t value LACUNA_SITE) {
  return __reduce_add_sync(kAllLanes, value);
}
LACUNA_DEVICE int32_t lanes_max(int32_t value LACUNA_SITE) {
  return __reduce_max_sync(kAllLanes, value);
}
LACUNA_DEVICE uint32_t lanes_max(uint32_t value LACUNA_SITE) {
  return __reduce_max_sync(kAllLanes, value);
}

// ---- Arithmetic on packed bytes and halves.

// c + Σ a_i * b_i over four bytes; named by the signs of a and b.
LACUNA_DEVICE int32_t dot4_ss(uint32_t a, uint32_t b, int32_t c) {
  int32_t d;
  asm("dp4a.s32.s32 %0, %1, %2, %3;" : "=r"(d) : "r"(a), "r"(b), "r"(c));
  return d;
}
LACUNA_DEVICE int32_t dot4_su(uint32_t a, uint32_t b, int32_t c) {
  int32_t d;
  asm("dp4a.s32.u32 %0, %1, %2, %3;" : "=r"(d) : "r"(a), "r"(b), "r"(c));
  return d;
}
// Byte i of the result is byte (selector >> 4i & 7) of b:a, a having bytes 0 … 3; with bit 3 of the
// selector's digit only its sign, in all bits.
LACUNA_DEVICE uint32_t permute_bytes(uint32_t a, uint32_t b, uint32_t selector) {
  uint32_t d;
  asm("prmt.b32 %0, %1, %2, %3;" : "=r"(d) : "r"(a), "r"(b), "r"(selector));
  return d;
}
// How many bits are set.
LACUNA_DEVICE uint32_t count_bits(uint32_t bits) {
  return static_cast<uint32_t>(__popc(bits));
}
LACUNA_DEVICE float f16_to_float(uint16_t half) {
  float f;
  asm("cvt.f32.f16 %0, %1;" : "=f"(f) : "h"(half));
  return f;
}
// To the nearest, ties to even; beyond the range infinity.
LACUNA_DEVICE uint16_t float_to_f16(float f) {
  uint16_t half;
  asm("cvt.rn.f16.f32 %0, %1;" : "=h"(half) : "f"(f));
  return half;
}
LACUNA_DEVICE float bf16_to_float(uint16_t half) {
  return __uint_as_float(static_cast<uint32_t>(half) << 16);
}
LACUNA_DEVICE uint16_t float_to_bf16(float f) {
  uint16_t half;
  asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(half) : "f"(f));
  return half;
}
// `low` in the lower half of the word.
LACUNA_DEVICE uint32_t floats_to_f16x2(float low, float high) {
  uint32_t both;
  asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(both) : "f"(high), "f"(low));
  return both;
}
LACUNA_DEVICE uint32_t floats_to_bf16x2(float low, float high) {
  uint32_t both;
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(both) : "f"(high), "f"(low));
  return both;
}
LACUNA_DEVICE uint32_t float_bits(float f) {
  return __float_as_uint(f);
}
LACUNA_DEVICE float bits_float(uint32_t bits) {
  return __uint_as_float(bits);
}
// To the nearest integer, ties to even.
LACUNA_DEVICE int32_t round_to_int(float f) {
  return __float2int_rn(f);
}

// ---- Tensor cores: d += a · b with a [16, k] by rows and b [k, 8] by columns. With g = lane / 4
// and t = lane % 4, lane holds of d: rows g and g + 8, columns 2t and 2t + 1 as d[0 1], d[2 3].

// Halves, k = 16. a[0 … 3]: rows g, g + 8, g, g + 8; columns 2t, 2t + 1, the last two 8 further.
// b[0 1]: rows 2t, 2t + 1 and 8 further, column g.
LACUNA_DEVICE void mma_f16(float (&d)[4], const uint32_t (&a)[4],
                           const uint32_t (&b)[2] LACUNA_SITE) {
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 "
      "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}
LACUNA_DEVICE void mma_bf16(float (&d)[4], const uint32_t (&a)[4],
                            const uint32_t (&b)[2] LACUNA_SITE) {
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 "
      "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}
// Floats of which the upper 19 bits count, k = 8: as above with one float t in place of two halves,
// and 4 further.
LACUNA_DEVICE void mma_tf32(float (&d)[4], const uint32_t (&a)[4],
                            const uint32_t (&b)[2] LACUNA_SITE) {
  asm volatile(
      "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 "
      "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}
// Bytes, k = 32: as above with four bytes 4t … 4t + 3 in place of two halves, and 16 further.
LACUNA_DEVICE void mma_s8(int32_t (&d)[4], const uint32_t (&a)[4],
                          const uint32_t (&b)[2] LACUNA_SITE) {
  asm volatile(
      "mma.sync.aligned.m16n8k32.row.col.s32.s8.s8.s32 "
      "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
      : "+r"(d[0]), "+r"(d[1]), "+r"(d[2]), "+r"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}
// The same with b's bytes unsigned.
LACUNA_DEVICE void mma_s8_u8(int32_t (&d)[4], const uint32_t (&a)[4],
                             const uint32_t (&b)[2] LACUNA_SITE) {
  asm volatile(
      "mma.sync.aligned.m16n8k32.row.col.s32.s8.u8.s32 "
      "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
      : "+r"(d[0]), "+r"(d[1]), "+r"(d[2]), "+r"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}
// Bytes, k = 16: only the first half of what k = 32 has.
LACUNA_DEVICE void mma_s8(int32_t (&d)[4], const uint32_t (&a)[2],
                          const uint32_t (&b)[1] LACUNA_SITE) {
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.s32.s8.s8.s32 "
      "{%0, %1, %2, %3}, {%4, %5}, {%6}, {%0, %1, %2, %3};"
      : "+r"(d[0]), "+r"(d[1]), "+r"(d[2]), "+r"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(b[0]));
}
LACUNA_DEVICE void mma_s8_u8(int32_t (&d)[4], const uint32_t (&a)[2],
                             const uint32_t (&b)[1] LACUNA_SITE) {
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.s32.s8.u8.s32 "
      "{%0, %1, %2, %3}, {%4, %5}, {%6}, {%0, %1, %2, %3};"
      : "+r"(d[0]), "+r"(d[1]), "+r"(d[2]), "+r"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(b[0]));
}
// 8-bit floats, k = 32, laid out as bytes. Only where has_mma_e4m3(): from compute capability 8.9.
LACUNA_DEVICE constexpr bool has_mma_e4m3() {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 890
  return true;
#else
  return false;
#endif
}
LACUNA_DEVICE void mma_e4m3(float (&d)[4], const uint32_t (&a)[4],
                            const uint32_t (&b)[2] LACUNA_SITE) {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 890
  asm volatile(
      "mma.sync.aligned.m16n8k32.row.col.f32.e4m3.e4m3.f32 "
      "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
#else
  __trap();
#endif
}

// Four 8 × 8 matrices of halves from shared memory: lane i gives the address of row i % 8 of matrix
// i / 8, sixteen bytes aligned to 16. Then r[m] holds row lane / 4, columns 2 (lane % 4) and the
// next of matrix m.
LACUNA_DEVICE void load_matrices(uint32_t (&r)[4], const void* row LACUNA_SITE) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
               : "r"(static_cast<uint32_t>(__cvta_generic_to_shared(row)))
               : "memory");
}
// The same, each matrix transposed: r[m] holds rows 2 (lane % 4) and the next, column lane / 4.
LACUNA_DEVICE void load_matrices_transposed(uint32_t (&r)[4], const void* row LACUNA_SITE) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
               : "r"(static_cast<uint32_t>(__cvta_generic_to_shared(row)))
               : "memory");
}
// Two matrices: rows from lanes 0 … 15.
LACUNA_DEVICE void load_matrices(uint32_t (&r)[2], const void* row LACUNA_SITE) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x2.shared.b16 {%0, %1}, [%2];"
               : "=r"(r[0]), "=r"(r[1])
               : "r"(static_cast<uint32_t>(__cvta_generic_to_shared(row)))
               : "memory");
}
LACUNA_DEVICE void load_matrices_transposed(uint32_t (&r)[2], const void* row LACUNA_SITE) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x2.trans.shared.b16 {%0, %1}, [%2];"
               : "=r"(r[0]), "=r"(r[1])
               : "r"(static_cast<uint32_t>(__cvta_generic_to_shared(row)))
               : "memory");
}

}  // namespace lacuna::kernels

#endif
