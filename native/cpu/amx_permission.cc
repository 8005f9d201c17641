#include "cpu/amx/permission.h"

#include "cpu/cpu_features.h"

#ifdef __linux__
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace lacuna::cpu::amx {

bool request_permission() {
#if defined(__linux__) && defined(__x86_64__)
  constexpr int kRequest = 0x1023;  // ARCH_REQ_XCOMP_PERM
  constexpr int kTileData = 18;     // XFEATURE_XTILEDATA
  static const bool granted =
      detect_cpu_features().amx_bf16 && syscall(SYS_arch_prctl, kRequest, kTileData) == 0;
  return granted;
#else
  return false;
#endif
}

}  // namespace lacuna::cpu::amx
