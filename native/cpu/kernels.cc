#include "cpu/kernels.h"

#include "cpu/avx2/int8.h"
#include "cpu/avxvnni/dot_rows.h"
#include "cpu/cpu_features.h"
#include "cpu/vnni/dot_rows.h"
#include "format/error.h"

namespace lacuna::cpu {

std::optional<Path> path_named(std::string_view name) {
  for (const NamedPath& each : kPaths) {
    if (name == each.name) return each.path;
  }
  return std::nullopt;
}

bool path_available(Path path) {
  if (path == Path::kReference) return true;
#ifdef LACUNA_X86
  const CpuFeatures features = detect_cpu_features();
  switch (path) {
    case Path::kReference:
      return true;
    case Path::kAvx2:
    case Path::kAvx2Int8:
      return features.avx2;
    case Path::kAvxVnni:
      return features.avx_vnni;
    case Path::kAvx512:
      return features.avx512;
    case Path::kVnni:
      return features.avx512_vnni;
    case Path::kAmx:
      return features.avx512_vnni && features.avx512_bf16 && amx_kernels() != nullptr;
  }
#endif
  return false;
}

Path best_path() {
  for (const Path path : {Path::kAmx, Path::kVnni, Path::kAvxVnni, Path::kAvx2Int8}) {
    if (path_available(path)) return path;
  }
  return Path::kReference;
}

Path best_exact_path() {
  for (const Path path : {Path::kAvx512, Path::kAvx2}) {
    if (path_available(path)) return path;
  }
  return Path::kReference;
}

const Kernels& kernels_for(Path path) {
  if (!path_available(path)) {
    throw Error(ErrorCode::kUnsupported, "this CPU cannot run the chosen path",
                "Choose the path 'auto'; `lacuna doctor` lists what the CPU has.");
  }
#ifdef LACUNA_X86
  switch (path) {
    case Path::kReference:
      break;
    case Path::kAvx2:
      return avx2_kernels();
    case Path::kAvx512:
      return avx512_kernels();
    case Path::kAvx2Int8:
      return avx2_int8_kernels();
    case Path::kAvxVnni:
      return avx_vnni_kernels();
    case Path::kVnni:
      return vnni_kernels();
    case Path::kAmx:
      return amx_path_kernels();
  }
#endif
  return reference_kernels();
}

#ifdef LACUNA_X86
const Kernels& avx2_int8_kernels() {
  static const Kernels kernels = [] {
    Kernels k = avx2_kernels();
    k.path = Path::kAvx2Int8;
    k.name = "avx2-int8";
    k.int8_dot_row = avx2::dot_row;
    k.quantize_rows = avx2::quantize_rows;
    return k;
  }();
  return kernels;
}

const Kernels& avx_vnni_kernels() {
  static const Kernels kernels = [] {
    Kernels k = avx2_int8_kernels();
    k.path = Path::kAvxVnni;
    k.name = "avx-vnni";
    k.int8_dot_row = avxvnni::dot_row;
    return k;
  }();
  return kernels;
}

const Kernels& vnni_kernels() {
  static const Kernels kernels = [] {
    Kernels k = avx512_kernels();
    k.path = Path::kVnni;
    k.name = "vnni";
    k.int8_dot_row = vnni::dot_row;
    k.quantize_rows = vnni::quantize_rows;
    return k;
  }();
  return kernels;
}

const Kernels& amx_path_kernels() {
  static const Kernels kernels = [] {
    Kernels k = vnni_kernels();
    k.path = Path::kAmx;
    k.name = "amx";
    k.bf16 = amx_kernels();
    return k;
  }();
  return kernels;
}
#endif

}  // namespace lacuna::cpu
