// The emulated device's own arithmetic, against plain definitions: kernels are only as well tested
// as this is right.
#include <algorithm>
#include <limits>

#include "cases/case.h"
#include "cases/ptx_kernels.h"

namespace lacuna::cases {
namespace {

using Words = std::vector<uint32_t>;

Words run(const Bench& bench, const char* kernel, const Words& a, const Words& b, size_t results) {
  const cuda::DeviceBuffer a_buffer = bench.upload(a), b_buffer = bench.upload(b);
  const cuda::DeviceBuffer out = bench.empty(results * sizeof(uint32_t));
  const kernels::PtxCheckParams p{a_buffer.as<const uint32_t>(), b_buffer.as<const uint32_t>(),
                                  out.as<uint32_t>(), static_cast<uint32_t>(results)};
  cuda::Kernel<kernels::PtxCheckParams>(bench.library, kernel).launch(bench.stream, {1}, 32, 0, p);
  return bench.download<uint32_t>(out);
}

Words random_words(Random& random, size_t count) {
  Words words(count);
  for (uint32_t& w : words) w = static_cast<uint32_t>(random.next());
  return words;
}

double differing(const Words& actual, const Words& expected) {
  double count = actual.size() != expected.size();
  for (size_t i = 0; i < std::min(actual.size(), expected.size()); ++i) {
    count += actual[i] != expected[i];
  }
  return count;
}

double check_exchange(const Bench& bench) {
  Random random(1);
  const Words x = random_words(random, 32);
  Words expected;
  const auto each = [&](auto value) {
    for (uint32_t lane = 0; lane < 32; ++lane) expected.push_back(value(lane));
  };
  uint32_t odd = 0, sum = 0;
  auto largest = std::numeric_limits<int32_t>::min();
  for (uint32_t i = 0; i < 32; ++i) {
    odd |= x[i] % 2 << i;
    sum += x[i];
    largest = std::max(largest, static_cast<int32_t>(x[i]));
  }
  each([&](uint32_t) { return x[5]; });
  each([&](uint32_t lane) { return x[lane * 7 % 32]; });
  each([&](uint32_t lane) { return x[lane ^ 19]; });
  each([&](uint32_t lane) { return lane + 3 < 32 ? x[lane + 3] : x[lane]; });
  each([&](uint32_t lane) { return lane >= 4 ? x[lane - 4] : x[lane]; });
  each([&](uint32_t) { return odd; });
  each([&](uint32_t) { return sum; });
  each([&](uint32_t) { return static_cast<uint32_t>(largest); });
  each([&](uint32_t) { return *std::max_element(x.begin(), x.end()); });
  each([&](uint32_t lane) {
    uint32_t same = 0;
    for (uint32_t i = 0; i < 32; ++i) same |= uint32_t{x[i] % 5 == x[lane] % 5} << i;
    return same;
  });
  return differing(run(bench, "check_exchange", x, {0}, expected.size()), expected);
}

uint8_t byte(uint32_t word, uint32_t i) {
  return static_cast<uint8_t>(word >> 8 * i);
}

uint16_t rounded_bf16(float f) {
  uint32_t bits;
  std::memcpy(&bits, &f, sizeof(bits));
  if (f != f) return 0x7fff;
  const uint32_t rest = bits & 0xffff, kept = bits >> 16;
  const bool up = rest > 0x8000 || (rest == 0x8000 && kept % 2 == 1);
  return static_cast<uint16_t>(kept + up);
}

double check_bytes(const Bench& bench) {
  Random random(2);
  const Words a = random_words(random, 32), b = random_words(random, 32);
  Words expected(9 * 32);
  for (uint32_t lane = 0; lane < 32; ++lane) {
    const uint32_t x = a[lane], y = b[lane];
    int32_t ss = 7, su = -7;
    for (uint32_t i = 0; i < 4; ++i) {
      ss += static_cast<int8_t>(byte(x, i)) * static_cast<int8_t>(byte(y, i));
      su += static_cast<int8_t>(byte(x, i)) * byte(y, i);
    }
    const float f = bits_to_f32(x), g = bits_to_f32(y);
    const uint32_t results[] = {static_cast<uint32_t>(ss),
                                static_cast<uint32_t>(su),
                                uint32_t{byte(x, 1)} | uint32_t{byte(y, 1)} << 8 |
                                    uint32_t{byte(x, 3)} << 16 | uint32_t{byte(y, 3)} << 24,
                                uint32_t{byte(y, 0)} | (byte(y, 0) & 0x80 ? 0xff00u : 0u) |
                                    uint32_t{byte(x, 0)} << 16 |
                                    (byte(x, 0) & 0x80 ? 0xff000000u : 0u),
                                f32_to_f16(f) | uint32_t{f32_to_f16(g)} << 16,
                                rounded_bf16(f) | uint32_t{rounded_bf16(g)} << 16};
    for (uint32_t i = 0; i < 6; ++i) expected[i * 32 + lane] = results[i];
    const float half = f16_to_f32(static_cast<uint16_t>(x));
    std::memcpy(&expected[6 * 32 + lane], &half, sizeof(half));
    const double clamped = f != f ? 0 : std::clamp(std::nearbyint(f), -0x1p31f, 0x1p31f);
    const auto whole = static_cast<int64_t>(clamped);
    expected[7 * 32 + lane] =
        static_cast<uint32_t>(std::min<int64_t>(whole, std::numeric_limits<int32_t>::max()));
    for (uint32_t bit = 0; bit < 32; ++bit) expected[8 * 32 + lane] += x >> bit & 1;
  }
  return differing(run(bench, "check_bytes", a, b, expected.size()), expected);
}

float half_value(bool bf16, uint16_t bits) {
  return bf16 ? bf16_to_f32(bits) : f16_to_f32(bits);
}

// Small whole numbers, so that every sum is exact.
double check_mma_halves(const Bench& bench, bool bf16) {
  Random random(3);
  std::vector<uint16_t> a(16 * 16), b(8 * 16);
  for (auto* halves : {&a, &b}) {
    for (uint16_t& h : *halves) {
      const auto value = static_cast<float>(static_cast<int>(random.below(17)) - 8);
      h = bf16 ? rounded_bf16(value) : f32_to_f16(value);
    }
  }
  Words expected(16 * 8);
  for (size_t r = 0; r < 16; ++r) {
    for (size_t c = 0; c < 8; ++c) {
      float sum = 0;
      for (size_t k = 0; k < 16; ++k) {
        sum += half_value(bf16, a[r * 16 + k]) * half_value(bf16, b[c * 16 + k]);
      }
      std::memcpy(&expected[r * 8 + c], &sum, sizeof(sum));
    }
  }
  Words a_words(128), b_words(64);
  std::memcpy(a_words.data(), a.data(), 512);
  std::memcpy(b_words.data(), b.data(), 256);
  const char* kernel = bf16 ? "check_mma_bf16" : "check_mma_f16";
  return differing(run(bench, kernel, a_words, b_words, expected.size()), expected);
}

double check_mma_tf32(const Bench& bench) {
  Random random(6);
  std::vector<float> a(16 * 8), b(8 * 8);
  for (auto* values : {&a, &b}) {
    for (float& v : *values) v = static_cast<float>(static_cast<int>(random.below(2047)) - 1023);
  }
  std::vector<float> sums;
  for (size_t r = 0; r < 16; ++r) {
    for (size_t c = 0; c < 8; ++c) {
      float sum = 0;
      for (size_t k = 0; k < 8; ++k) sum += a[r * 8 + k] * b[c * 8 + k];
      sums.push_back(sum);
    }
  }
  Words words[3] = {Words(128), Words(64), Words(128)};
  std::memcpy(words[0].data(), a.data(), 512);
  std::memcpy(words[1].data(), b.data(), 256);
  std::memcpy(words[2].data(), sums.data(), 512);
  return differing(run(bench, "check_mma_tf32", words[0], words[1], 128), words[2]);
}

// The few 8-bit floats 0, 1, 2, 3, 4, 6, 8 and their negatives.
constexpr uint8_t kE4m3[] = {0x00, 0x38, 0x40, 0x44, 0x48, 0x4c, 0x50};
constexpr float kE4m3Values[] = {0, 1, 2, 3, 4, 6, 8};

double check_mma_e4m3(const Bench& bench) {
  Random random(4);
  Words a(128), b(64);
  std::vector<float> a_values, b_values;
  for (auto [words, values] : {std::pair{&a, &a_values}, std::pair{&b, &b_values}}) {
    for (uint32_t& word : *words) {
      word = 0;
      for (int i = 0; i < 4; ++i) {
        const uint32_t which = random.below(7), negative = random.below(2);
        word |= (kE4m3[which] | negative << 7) << 8 * i;
        values->push_back(negative ? -kE4m3Values[which] : kE4m3Values[which]);
      }
    }
  }
  Words expected(16 * 8);
  for (size_t r = 0; r < 16; ++r) {
    for (size_t c = 0; c < 8; ++c) {
      float sum = 0;
      for (size_t k = 0; k < 32; ++k) sum += a_values[r * 32 + k] * b_values[c * 32 + k];
      std::memcpy(&expected[r * 8 + c], &sum, sizeof(sum));
    }
  }
  return differing(run(bench, "check_mma_e4m3", a, b, expected.size()), expected);
}

// In the order of the kernel's results: b's bytes with and without signs, all 32 or half of them.
double check_mma_s8(const Bench& bench) {
  Random random(4);
  const Words a = random_words(random, 128), b = random_words(random, 64);
  const auto byte = [](const Words& words, size_t i) {
    return static_cast<uint8_t>(words[i / 4] >> i % 4 * 8);
  };
  struct Part {
    bool is_signed;
    size_t first, end;
  };
  Words expected;
  for (const Part& part : {Part{true, 0, 32}, {false, 0, 32}, {true, 0, 16}, {false, 16, 32}}) {
    for (size_t r = 0; r < 16; ++r) {
      for (size_t c = 0; c < 8; ++c) {
        int sum = 0;
        for (size_t k = part.first; k < part.end; ++k) {
          const uint8_t of_b = byte(b, c * 32 + k);
          sum += static_cast<int8_t>(byte(a, r * 32 + k)) *
                 (part.is_signed ? static_cast<int8_t>(of_b) : of_b);
        }
        expected.push_back(static_cast<uint32_t>(sum));
      }
    }
  }
  return differing(run(bench, "check_mma_s8", a, b, expected.size()), expected);
}

double check_transposed(const Bench& bench) {
  Random random(5);
  const Words a = random_words(random, 128);
  std::vector<uint16_t> halves(256), turned(256);
  std::memcpy(halves.data(), a.data(), 512);
  for (size_t i = 0; i < 256; ++i) {
    const size_t matrix = i / 64, row = i / 8 % 8, column = i % 8;
    turned[matrix * 64 + column * 8 + row] = halves[i];
  }
  Words expected(128);
  std::memcpy(expected.data(), turned.data(), 512);
  return differing(run(bench, "check_transposed", a, {0}, 128), expected);
}

}  // namespace

void add_ptx_cases(std::vector<Case>& cases) {
  cases.push_back({"ptx: shuffles, votes and reductions", 0, check_exchange});
  cases.push_back({"ptx: packed bytes and halves", 0, check_bytes});
  cases.push_back({"ptx: mma of f16 through ldmatrix", 0,
                   [](const Bench& bench) { return check_mma_halves(bench, false); }});
  cases.push_back({"ptx: mma of bf16 through ldmatrix", 0,
                   [](const Bench& bench) { return check_mma_halves(bench, true); }});
  cases.push_back({"ptx: mma of tf32", 0, check_mma_tf32});
  cases.push_back({"ptx: mma of bytes", 0, check_mma_s8});
  cases.push_back({"ptx: mma of e4m3", 0, check_mma_e4m3});
  cases.push_back({"ptx: ldmatrix transposed", 0, check_transposed});
}

}  // namespace lacuna::cases
