// Runs cases of kernels on the emulated device and prints one line of JSON for each:
//   kernel_check LIBRARY SETTINGS [FILTER]
// LIBRARY stands in for the driver, SETTINGS are the emulated device's (emulation/settings.h); only
// cases whose name contains FILTER run. Cases with mistakes on purpose, and their sound twins, run
// only where FILTER is `planted_` or `sound_` and what follows. A sanitizer ends the program by
// itself.
#include <cstdio>
#include <cstdlib>

#include "cases/case.h"
#include "cuda/driver/open.h"
#include "emulated_library.h"
#include "format/error.h"

namespace lacuna::cases {
namespace {

// The device is made anew for each case: what one breaks, the next does not meet.
void run(const Case& c, const char* library, const char* settings,
         const EmulatedLibrary& emulation) {
  if (emulation.configure != nullptr && emulation.configure(settings) != 0) std::exit(2);
  double error = -1;
  std::string code, failure;
  size_t left = 0;
  try {
    const auto driver = cuda::Driver::open(library, cuda::kOldestDriver);
    const cuda::Context context(driver, driver->devices().front());
    const cuda::KernelLibrary kernels(context, cuda::kernel_images(*driver));
    error = c.run(Bench(context, kernels));
    left = emulation.allocations();
  } catch (const Error& e) {
    code = error_code_name(e.code());
    failure = e.what();
  }
  const bool good = failure.empty() && error <= c.tolerance;
  std::printf(
      "{\"name\": %s, \"good\": %s, \"error\": %g, \"tolerance\": %g, \"leastBytes\": %llu, "
      "\"left\": %zu, \"code\": %s, \"failure\": %s, \"counters\": %s}\n",
      quoted(c.name).c_str(), good ? "true" : "false", std::isfinite(error) ? error : 1e30,
      c.tolerance, static_cast<unsigned long long>(c.least_bytes), left, quoted(code).c_str(),
      quoted(failure).c_str(), emulation.counters != nullptr ? emulation.counters() : "{}");
  std::fflush(stdout);
}

}  // namespace
}  // namespace lacuna::cases

int main(int argc, char** argv) {
  using namespace lacuna::cases;
  if (argc < 3) {
    std::fprintf(stderr, "usage: kernel_check LIBRARY SETTINGS [FILTER]\n");
    return 2;
  }
  const lacuna::EmulatedLibrary emulation = lacuna::open_emulated(argv[1]);
  const std::string filter = argc > 3 ? argv[3] : "";
  std::vector<Case> cases;
  if (filter.starts_with("planted_") || filter.starts_with("sound_")) {
    add_planted_cases(cases);
  } else {
    add_combine_experts_cases(cases);
    add_e4m3_cases(cases);
    add_embedding_cases(cases);
    add_expert_order_cases(cases);
    add_gather_rows_cases(cases);
    add_gemm_cases(cases);
    add_latent_cache_cases(cases);
    add_logit_candidates_cases(cases);
    add_matvec_cases(cases);
    add_mla_decode_cases(cases);
    add_mla_prefill_cases(cases);
    add_ptx_cases(cases);
    add_rms_norm_cases(cases);
    add_router_cases(cases);
    add_silu_multiply_cases(cases);
  }
  for (const Case& c : cases) {
    if (c.name.find(filter) != std::string::npos) run(c, argv[1], argv[2], emulation);
  }
  return 0;
}
