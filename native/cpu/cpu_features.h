// What the CPU can do, as the operating system lets us use it.
#pragma once

#include <string>

namespace lacuna::cpu {

struct CpuFeatures {
  std::string vendor;  // "GenuineIntel"
  std::string model;   // marketing name, may be empty
  unsigned cores;      // physical cores this process may use, ≥ 1
  bool avx2;           // with FMA and F16C
  bool avx_vnni;       // 256-bit VNNI without AVX-512
  bool avx512;         // F, BW, VL, DQ
  bool avx512_vnni;
  bool avx512_bf16;
  bool amx_int8;
  bool amx_bf16;
};

CpuFeatures detect_cpu_features();

}  // namespace lacuna::cpu
