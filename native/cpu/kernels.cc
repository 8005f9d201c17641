#include "cpu/kernels.h"

#include "cpu/cpu_features.h"
#include "format/error.h"

namespace lacuna::cpu {

bool path_available(Path path) {
  if (path == Path::kReference) return true;
#ifdef LACUNA_X86
  const CpuFeatures features = detect_cpu_features();
  return path == Path::kAvx512 ? features.avx512 : features.avx2;
#else
  return false;
#endif
}

Path best_path() {
  if (path_available(Path::kAvx512)) return Path::kAvx512;
  if (path_available(Path::kAvx2)) return Path::kAvx2;
  return Path::kReference;
}

const Kernels& kernels_for(Path path) {
  if (!path_available(path)) {
    throw Error(ErrorCode::kUnsupported,
                std::string("this CPU cannot run the ") +
                    (path == Path::kAvx512 ? "AVX-512" : "AVX2") + " path",
                "Choose the path 'auto'.");
  }
#ifdef LACUNA_X86
  if (path == Path::kAvx512) return avx512_kernels();
  if (path == Path::kAvx2) return avx2_kernels();
#endif
  return reference_kernels();
}

}  // namespace lacuna::cpu
