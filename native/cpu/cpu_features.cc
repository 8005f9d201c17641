#include "cpu/cpu_features.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <set>
#include <thread>
#include <utility>

#ifdef LACUNA_X86
#include <cpuid.h>
#endif
#ifdef __linux__
#include <sched.h>
#endif

namespace lacuna::cpu {
namespace {

// Distinct (package, core) pairs among the CPUs this process may run on; hyper-threads of one core
// count once.
unsigned usable_cores() {
  const unsigned fallback = std::max(1u, std::thread::hardware_concurrency());
#ifdef __linux__
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0) return fallback;
  std::set<std::pair<int, int>> cores;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (!CPU_ISSET(cpu, &allowed)) continue;
    const std::string base = "/sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/topology/";
    int package = 0, core = cpu;
    std::ifstream(base + "physical_package_id") >> package;
    std::ifstream(base + "core_id") >> core;
    cores.insert({package, core});
  }
  return std::max<unsigned>(1, static_cast<unsigned>(cores.size()));
#else
  return fallback;
#endif
}

#ifdef LACUNA_X86
struct Registers {
  uint32_t a = 0, b = 0, c = 0, d = 0;
};

Registers cpuid(uint32_t leaf, uint32_t subleaf = 0) {
  Registers r;
  __get_cpuid_count(leaf, subleaf, &r.a, &r.b, &r.c, &r.d);
  return r;
}

bool bit(uint32_t value, int n) {
  return (value >> n & 1) != 0;
}

// Which register states the operating system saves: bits 1-2 SSE/AVX, 5-7 AVX-512, 17-18 AMX tiles.
uint64_t saved_states() {
  if (!bit(cpuid(1).c, 27)) return 0;  // OSXSAVE
  uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return uint64_t{high} << 32 | low;
}

std::string vendor_text() {
  const Registers r = cpuid(0);
  char text[13] = {};
  std::memcpy(text, &r.b, 4);
  std::memcpy(text + 4, &r.d, 4);
  std::memcpy(text + 8, &r.c, 4);
  return text;
}

std::string model_text() {
  if (cpuid(0x80000000).a < 0x80000004) return "";
  char text[49] = {};
  for (uint32_t i = 0; i < 3; ++i) {
    const Registers r = cpuid(0x80000002 + i);
    std::memcpy(text + 16 * i, &r, 16);
  }
  const std::string name = text;
  const size_t first = name.find_first_not_of(' ');
  return first == std::string::npos ? ""
                                    : name.substr(first, name.find_last_not_of(' ') - first + 1);
}
#endif

}  // namespace

CpuFeatures detect_cpu_features() {
  CpuFeatures f{};
  f.cores = usable_cores();
#ifdef LACUNA_X86
  f.vendor = vendor_text();
  f.model = model_text();
  const Registers l1 = cpuid(1), l7 = cpuid(7), l71 = cpuid(7, 1);
  const uint64_t states = saved_states();
  const bool avx_state = (states & 0x6) == 0x6;
  const bool avx512_state = avx_state && (states & 0xe0) == 0xe0;
  const bool tile_state = (states & 0x60000) == 0x60000;
  f.avx2 = avx_state && bit(l7.b, 5) && bit(l1.c, 12) && bit(l1.c, 29);
  f.avx_vnni = f.avx2 && bit(l71.a, 4);
  f.avx512 =
      f.avx2 && avx512_state && bit(l7.b, 16) && bit(l7.b, 17) && bit(l7.b, 30) && bit(l7.b, 31);
  f.avx512_vnni = f.avx512 && bit(l7.c, 11);
  f.avx512_bf16 = f.avx512 && bit(l71.a, 5);
  f.amx_int8 = tile_state && bit(l7.d, 24) && bit(l7.d, 25);
  f.amx_bf16 = tile_state && bit(l7.d, 24) && bit(l7.d, 22);
#endif
  return f;
}

}  // namespace lacuna::cpu
