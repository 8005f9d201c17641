// Takes a model on the emulated device through scenarios and compares its logits with those of the
// CPU's reference, one line of JSON for each:
//   cuda_model_check LIBRARY SETTINGS FILE [cache=f16|f32] [slots=N] [before=N] [SCENARIO…]
// LIBRARY stands in for the driver, SETTINGS are the emulated device's (emulation/settings.h), FILE
// is a GGUF model, slots=N gives so many experts of each layer to the device and the others to the
// host. Without scenarios: all but `brief`; `traffic` counts what a decoded token moves, with
// before=N behind a prompt of so many others. The last line is about what is left when the model is
// gone. A sanitizer ends the program by itself.
#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>

#include "emulated_library.h"
#include "format/error.h"
#include "model/scenarios.h"
#include "model/traffic.h"

namespace lacuna::model_check {
namespace {

// A line: `run` gives its members.
void report(const char* scenario, const std::function<std::string()>& run) {
  std::string code, failure, members;
  try {
    members = run();
  } catch (const Error& e) {
    code = error_code_name(e.code());
    failure = e.what();
  }
  std::printf("{\"scenario\": \"%s\", \"code\": %s, \"failure\": %s%s}\n", scenario,
              quoted(code).c_str(), quoted(failure).c_str(), members.c_str());
  std::fflush(stdout);
}

std::string members(const Comparison& result) {
  char text[160];
  std::snprintf(text, sizeof(text), ", \"rows\": %zu, \"error\": %g, \"different\": %zu",
                result.rows, std::min(result.error, 1e30), result.different);
  return text;
}

// One token behind a prompt, when its graph is there.
std::string traffic(Trial& trial, const Options& options, const EmulatedLibrary& emulation) {
  Sequence s = trial.start(70, options.before + 2);
  trial.prefill(s, options.before);
  trial.decode(s, 1);
  emulation.counters();
  emulation.graph_launches();
  trial.decode(s, 1);
  const size_t graphs = emulation.graph_launches();
  ModelConfig config;
  const auto weights = read_weights(options.file, config);
  const LeastBytes least = least_bytes(*weights, config, options.cache, options.before + 1);
  char text[256];
  std::snprintf(text, sizeof(text),
                ", \"graphLaunches\": %zu, \"leastWeights\": %zu, \"leastCacheRead\": %zu, "
                "\"leastCacheWritten\": %zu, \"kernels\": ",
                graphs, least.weights, least.cache_read, least.cache_written);
  return members(trial.result) + text + emulation.counters();
}

void check(const Options& options, const std::vector<std::string>& chosen,
           const EmulatedLibrary& emulation) {
  DeviceTwin device;
  report("load", [&] {
    device = make_device_twin(options);
    return ", \"slots\": " + std::to_string(device.model->plan().expert_slots);
  });
  if (!device.model) return;
  Reference reference(options);
  const auto is_chosen = [&](const char* name) {
    return (chosen.empty() && std::strcmp(name, "brief") != 0) ||
           std::ranges::find(chosen, name) != chosen.end();
  };
  for (const Scenario& scenario : scenarios()) {
    if (!is_chosen(scenario.name)) continue;
    report(scenario.name, [&] {
      Trial trial(device, reference);
      scenario.run(trial);
      return members(trial.result);
    });
  }
  if (is_chosen("traffic")) {
    report("traffic", [&] {
      Trial trial(device, reference);
      return traffic(trial, options, emulation);
    });
  }
}

}  // namespace
}  // namespace lacuna::model_check

int main(int argc, char** argv) {
  using namespace lacuna;
  if (argc < 4) {
    std::fprintf(
        stderr,
        "usage: cuda_model_check LIBRARY SETTINGS FILE [cache=f16|f32] [slots=N] [before=N] "
        "[SCENARIO...]\n");
    return 2;
  }
  const EmulatedLibrary emulation = open_emulated(argv[1]);
  if (emulation.configure == nullptr || emulation.configure(argv[2]) != 0) return 2;
  model_check::Options options;
  options.library = argv[1];
  options.file = argv[3];
  std::vector<std::string> chosen;
  for (int i = 4; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "cache=f16") {
      options.cache = cuda::KvFormat::kFloat16;
    } else if (argument.starts_with("slots=")) {
      options.slots = static_cast<uint32_t>(std::atoi(argument.c_str() + 6));
    } else if (argument.starts_with("before=")) {
      options.before = static_cast<size_t>(std::max(1, std::atoi(argument.c_str() + 7)));
    } else if (argument != "cache=f32") {
      chosen.push_back(argument);
    }
  }
  model_check::check(options, chosen, emulation);
  std::printf("{\"scenario\": \"end\", \"left\": %zu, \"report\": %s}\n", emulation.allocations(),
              quoted(emulation.report()).c_str());
  return 0;
}
