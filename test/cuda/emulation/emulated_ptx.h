// The emulated twin of kernels/ptx.h: the same functions, made for a CPU. Its comments are there.
#pragma once

#include <cmath>
#include <cstring>
#include <type_traits>

#include "execution.h"
#include "format/half.h"

#define LACUNA_DEVICE [[maybe_unused]] static inline
#define LACUNA_METHOD inline
#define LACUNA_UNROLL
#define LACUNA_SITE , ::lacuna::Site site = ::lacuna::Site::here()
#define LACUNA_ONLY_SITE ::lacuna::Site site = ::lacuna::Site::here()
#define LACUNA_AT , site
#define LACUNA_ONLY_AT site

#define LACUNA_KERNEL(name, Params, threads, blocks)                                          \
  static void name##_body(const Params& p);                                                   \
  static void name##_run(const void* params) {                                                \
    name##_body(*static_cast<const Params*>(params));                                         \
  }                                                                                           \
  static_assert(std::is_trivially_copyable_v<Params> && (threads) % 32 == 0 && (blocks) > 0); \
  static const ::lacuna::emulation::Registration name##_registration{                         \
      {#name, name##_run, sizeof(Params), threads}};                                          \
  static void name##_body(const Params& p)

namespace lacuna::kernels {

namespace emu = ::lacuna::emulation;

inline constexpr uint32_t kWarp = 32;
inline constexpr uint32_t kAllLanes = 0xffffffffu;

LACUNA_DEVICE uint32_t lane_index() {
  return threadIdx.x % kWarp;
}
LACUNA_DEVICE uint32_t warp_index() {
  return threadIdx.x / kWarp;
}

struct alignas(16) Bytes16 {
  uint32_t word[4];
};
struct alignas(8) Bytes8 {
  uint32_t word[2];
};

template <class T>
LACUNA_DEVICE T load(const T* p LACUNA_SITE) {
  T value;
  std::memcpy(&value, emu::global_address(p, sizeof(T), sizeof(T), emu::Access::kRead, site),
              sizeof(T));
  return value;
}
template <class T>
LACUNA_DEVICE T load_cached(const T* p LACUNA_SITE) {
  return load(p, site);
}
LACUNA_DEVICE Bytes16 load_streamed(const Bytes16* p LACUNA_SITE) {
  return load(p, site);
}
template <class T>
LACUNA_DEVICE void store(T* p, const std::type_identity_t<T>& value LACUNA_SITE) {
  std::memcpy(emu::global_address(p, sizeof(T), sizeof(T), emu::Access::kWrite, site), &value,
              sizeof(T));
}

template <class T>
LACUNA_DEVICE T& shared_memory(LACUNA_ONLY_SITE) {
  static const char key = 0;
  static_assert(sizeof(T) <= 48 * 1024, "more than a launch may have without asking");
  return *static_cast<T*>(emu::shared_variable(&key, sizeof(T), site));
}
LACUNA_DEVICE unsigned char* dynamic_shared_memory() {
  return emu::dynamic_shared();
}

// In this header and not in the runtime, so that ThreadSanitizer sees who writes what, and when.
LACUNA_DEVICE void land(const emu::AsyncCopy& copy) {
  auto* to = static_cast<std::byte*>(copy.to);
  if (copy.valid > 0) std::memcpy(to, copy.from, copy.valid);
  std::memset(to + copy.valid, 0, copy.bytes - copy.valid);
}
LACUNA_DEVICE void copy_async(void* shared, const void* global, uint32_t bytes, uint32_t valid,
                              Site site) {
  emu::check_shared(shared, bytes, site);
  const std::byte* from =
      valid == 0 ? nullptr : emu::global_address(global, valid, bytes, emu::Access::kRead, site);
  const emu::AsyncCopy copy{shared, from, bytes, valid};
  if (emu::landing() == emu::Landing::kEarly) {
    land(copy);
  } else {
    std::memset(shared, 0xff, bytes);
    emu::async_copies().open.push_back(copy);
  }
}
LACUNA_DEVICE void copy_async16(void* shared, const void* global, uint32_t valid = 16 LACUNA_SITE) {
  copy_async(shared, global, 16, valid, site);
}
LACUNA_DEVICE void copy_async8(void* shared, const void* global LACUNA_SITE) {
  copy_async(shared, global, 8, 8, site);
}
LACUNA_DEVICE void copy_async_commit() {
  emu::AsyncCopies& copies = emu::async_copies();
  copies.groups.push_back(std::move(copies.open));
  copies.open.clear();
}
template <int pending>
LACUNA_DEVICE void copy_async_wait() {
  emu::AsyncCopies& copies = emu::async_copies();
  for (; copies.first + pending < copies.groups.size(); ++copies.first) {
    for (const emu::AsyncCopy& copy : copies.groups[copies.first]) land(copy);
    copies.groups[copies.first].clear();
  }
}

LACUNA_DEVICE void block_barrier(LACUNA_ONLY_SITE) {
  emu::block_barrier(site);
}
LACUNA_DEVICE void warp_barrier(LACUNA_ONLY_SITE) {
  emu::warp_barrier(site);
}

// Lane `lane`'s part of what was exchanged.
template <class T>
LACUNA_DEVICE T of_lane(const std::byte* exchanged, uint32_t lane) {
  T value;
  emu::copy_unseen(&value, exchanged + lane * emu::kMostExchanged, sizeof(T));
  return value;
}

template <class T>
LACUNA_DEVICE T shuffle(T value, uint32_t from_lane LACUNA_SITE) {
  const std::byte* all = emu::exchange("shuffle", &value, sizeof(T), site);
  return of_lane<T>(all, from_lane % kWarp);
}
template <class T>
LACUNA_DEVICE T shuffle_xor(T value, uint32_t mask LACUNA_SITE) {
  const std::byte* all = emu::exchange("shuffle_xor", &value, sizeof(T), site);
  return of_lane<T>(all, (lane_index() ^ mask) % kWarp);
}
template <class T>
LACUNA_DEVICE T shuffle_down(T value, uint32_t offset LACUNA_SITE) {
  const std::byte* all = emu::exchange("shuffle_down", &value, sizeof(T), site);
  const uint32_t from = lane_index() + offset;
  return from < kWarp ? of_lane<T>(all, from) : value;
}
template <class T>
LACUNA_DEVICE T shuffle_up(T value, uint32_t offset LACUNA_SITE) {
  const std::byte* all = emu::exchange("shuffle_up", &value, sizeof(T), site);
  return lane_index() >= offset ? of_lane<T>(all, lane_index() - offset) : value;
}
LACUNA_DEVICE uint32_t vote(bool predicate LACUNA_SITE) {
  const std::byte* all = emu::exchange("vote", &predicate, sizeof(predicate), site);
  uint32_t bits = 0;
  for (uint32_t i = 0; i < kWarp; ++i) bits |= uint32_t{of_lane<bool>(all, i)} << i;
  return bits;
}
LACUNA_DEVICE uint32_t match_lanes(uint32_t value LACUNA_SITE) {
  const std::byte* all = emu::exchange("match_lanes", &value, sizeof(value), site);
  uint32_t bits = 0;
  for (uint32_t i = 0; i < kWarp; ++i) bits |= uint32_t{of_lane<uint32_t>(all, i) == value} << i;
  return bits;
}
template <class T, class Combine>
LACUNA_DEVICE T reduce_lanes(const char* what, T value, Combine combine, Site site) {
  const std::byte* all = emu::exchange(what, &value, sizeof(T), site);
  T result = of_lane<T>(all, 0);
  for (uint32_t i = 1; i < kWarp; ++i) result = combine(result, of_lane<T>(all, i));
  return result;
}
LACUNA_DEVICE int32_t lanes_sum(int32_t value LACUNA_SITE) {
  const auto add = [](uint32_t a, uint32_t b) { return a + b; };
  return static_cast<int32_t>(reduce_lanes("lanes_sum", static_cast<uint32_t>(value), add, site));
}
LACUNA_DEVICE int32_t lanes_max(int32_t value LACUNA_SITE) {
  return reduce_lanes("lanes_max", value, [](int32_t a, int32_t b) { return a > b ? a : b; }, site);
}
LACUNA_DEVICE uint32_t lanes_max(uint32_t value LACUNA_SITE) {
  return reduce_lanes(
      "lanes_max", value, [](uint32_t a, uint32_t b) { return a > b ? a : b; }, site);
}

template <class A, class B>
LACUNA_DEVICE int32_t dot4(uint32_t a, uint32_t b, int32_t c) {
  auto sum = static_cast<uint32_t>(c);
  for (int i = 0; i < 4; ++i) {
    sum += static_cast<uint32_t>(int32_t{static_cast<A>(a >> 8 * i)} *
                                 int32_t{static_cast<B>(b >> 8 * i)});
  }
  return static_cast<int32_t>(sum);
}
LACUNA_DEVICE int32_t dot4_ss(uint32_t a, uint32_t b, int32_t c) {
  return dot4<int8_t, int8_t>(a, b, c);
}
LACUNA_DEVICE int32_t dot4_su(uint32_t a, uint32_t b, int32_t c) {
  return dot4<int8_t, uint8_t>(a, b, c);
}
LACUNA_DEVICE uint32_t permute_bytes(uint32_t a, uint32_t b, uint32_t selector) {
  const uint64_t both = uint64_t{b} << 32 | a;
  uint32_t result = 0;
  for (int i = 0; i < 4; ++i) {
    const uint32_t from = selector >> 4 * i;
    auto byte = static_cast<uint32_t>(both >> 8 * (from & 7) & 0xff);
    if (from & 8) byte = byte & 0x80 ? 0xff : 0;
    result |= byte << 8 * i;
  }
  return result;
}
LACUNA_DEVICE uint32_t count_bits(uint32_t bits) {
  return static_cast<uint32_t>(__builtin_popcount(bits));
}
LACUNA_DEVICE uint32_t float_bits(float f) {
  uint32_t bits;
  std::memcpy(&bits, &f, sizeof(bits));
  return bits;
}
LACUNA_DEVICE float bits_float(uint32_t bits) {
  return bits_to_f32(bits);
}
LACUNA_DEVICE float f16_to_float(uint16_t half) {
  return f16_to_f32(half);
}
LACUNA_DEVICE uint16_t float_to_f16(float f) {
  return f32_to_f16(f);
}
LACUNA_DEVICE float bf16_to_float(uint16_t half) {
  return bf16_to_f32(half);
}
LACUNA_DEVICE uint16_t float_to_bf16(float f) {
  const uint32_t bits = float_bits(f);
  if (f != f) return 0x7fff;
  return static_cast<uint16_t>((bits + 0x7fffu + (bits >> 16 & 1)) >> 16);
}
LACUNA_DEVICE uint32_t floats_to_f16x2(float low, float high) {
  return float_to_f16(low) | uint32_t{float_to_f16(high)} << 16;
}
LACUNA_DEVICE uint32_t floats_to_bf16x2(float low, float high) {
  return float_to_bf16(low) | uint32_t{float_to_bf16(high)} << 16;
}
LACUNA_DEVICE int32_t round_to_int(float f) {
  if (f != f) return 0;
  if (f >= 0x1p31f) return INT32_MAX;
  if (f <= -0x1p31f) return INT32_MIN;
  return static_cast<int32_t>(std::nearbyint(f));
}

}  // namespace lacuna::kernels

#include "emulated_mma.h"
