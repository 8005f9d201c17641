// Mistakes on purpose: each case runs a kernel, or a host, with a known mistake, and is not good
// where the emulated device finds it. Their sound twins must pass.
#include "planted/planted.h"

#include "cases/case.h"

namespace lacuna::cases {
namespace {

constexpr uint32_t kThreads = kernels::kPlantedThreads;

using Expected = std::function<float(const std::vector<float>& x, uint32_t i)>;

struct Planted {
  const char* name;
  uint32_t count;  // values
  uint32_t blocks;
  Expected expected;
};

float at(const std::vector<float>& x, size_t i) {
  return x[i % x.size()];
}

const std::vector<Planted>& planted_kernels() {
  static const std::vector<Planted> kernels{
      {"missing_barrier", kThreads, 1, [](auto& x, uint32_t i) { return at(x, i + 1); }},
      {"missing_barrier_below", kThreads, 1,
       [](auto& x, uint32_t i) { return i == 0 ? 0.0f : x[i - 1]; }},
      {"reused_tile", 3 * kThreads, 1,
       [](auto& x, uint32_t i) {
         return x[i / kThreads * kThreads + kThreads - 1 - i % kThreads];
       }},
      {"missing_warp_barrier", kThreads, 1,
       [](auto& x, uint32_t i) { return x[i / 32 * 32 + (i + 1) % 32]; }},
      {"divergent_barrier", kThreads, 1,
       [](auto& x, uint32_t i) { return x[i % 64] + x[i % 64 + 64]; }},
      {"divergent_shuffle", kThreads, 1,
       [](auto& x, uint32_t i) { return i % 32 < 16 ? x[i] + x[i ^ 1] : x[i]; }},
      {"wrong_wait_count", 8 * kThreads, 1, [](auto& x, uint32_t i) { return 2 * x[i]; }},
      {"skipped_commit", 20 * kThreads, 1, [](auto& x, uint32_t i) { return x[i]; }},
      {"unseen_copy", 4 * kThreads, 1, [](auto& x, uint32_t i) { return x[4 * kThreads - 1 - i]; }},
      {"early_refill", 16 * kThreads, 1,
       [](auto& x, uint32_t i) {
         constexpr uint32_t kTile = 4 * kThreads;
         return x[i / kTile * kTile + kTile - 1 - i % kTile];
       }},
      {"unseen_fragment", 4 * kThreads, 1, [](auto& x, uint32_t i) { return x[i]; }},
      {"divergent_product", kThreads, 1, [](auto& x, uint32_t i) { return x[i]; }},
      {"global_bounds", kThreads, 1,
       [](auto& x, uint32_t i) { return i + 1 < kThreads ? x[i + 1] : 0.0f; }},
      {"shared_bounds", kThreads, 1, [](auto& x, uint32_t i) { return x[i]; }},
      {"never_written", kThreads, 1, [](auto& x, uint32_t i) { return x[i]; }},
      {"block_race", kThreads, 2, [](auto& x, uint32_t i) { return x[i]; }},
      {"misaligned", kThreads, 1,
       [](auto& x, uint32_t i) { return i < kThreads - 4 ? x[i] : x[0]; }},
      {"plain_access", kThreads, 1, [](auto& x, uint32_t i) { return x[i]; }},
  };
  return kernels;
}

void launch(const Bench& bench, const std::string& kernel, const cuda::DeviceBuffer& x,
            const cuda::DeviceBuffer& out, uint32_t count, uint32_t blocks,
            const cuda::Stream& stream) {
  const kernels::PlantedParams p{x.as<const float>(), out.as<float>(), count};
  cuda::Kernel<kernels::PlantedParams>(bench.library, kernel)
      .launch(stream, {blocks}, kThreads, 0, p);
}

double check_kernel(const Bench& bench, const Planted& planted, const std::string& kernel) {
  Random random(1);
  const std::vector<float> x = random.numbers(planted.count);
  const cuda::DeviceBuffer input = bench.upload(x);
  const cuda::DeviceBuffer out = bench.empty(planted.count * sizeof(float));
  launch(bench, kernel, input, out, planted.count, planted.blocks, bench.stream);
  std::vector<double> expected;
  for (uint32_t i = 0; i < planted.count; ++i) {
    expected.push_back(static_cast<double>(planted.expected(x, i)));
  }
  return relative_error(bench.download<float>(out), expected);
}

double error_of(const float* actual, const std::vector<float>& x) {
  return relative_error({actual, actual + x.size()}, {x.begin(), x.end()});
}

// Reads a copy before it is done.
double missing_host_sync(const Bench& bench, bool mistake) {
  Random random(1);
  const std::vector<float> x = random.numbers(kThreads);
  const cuda::DeviceBuffer input = bench.upload(x);
  const cuda::DeviceBuffer out = bench.empty(input.bytes());
  const cuda::PinnedBuffer result(bench.context, input.bytes());
  launch(bench, "sound_plain_access", input, out, kThreads, 1, bench.stream);
  bench.stream.copy_to_host(result.as<float>(), out.address(), out.bytes());
  if (!mistake) bench.stream.synchronize();
  return error_of(result.as<float>(), x);
}

// Fills a staging buffer anew while the copy from it is on its way.
double reused_staging(const Bench& bench, bool mistake) {
  Random random(1);
  const std::vector<float> x = random.numbers(kThreads);
  const cuda::DeviceBuffer input = bench.empty(kThreads * sizeof(float));
  const cuda::PinnedBuffer staging(bench.context, input.bytes());
  std::memcpy(staging.as<float>(), x.data(), input.bytes());
  bench.stream.copy_to_device(input.address(), staging.as<float>(), input.bytes());
  if (!mistake) bench.stream.synchronize();
  std::memset(staging.as<float>(), 0, input.bytes());
  return error_of(bench.download<float>(input).data(), x);
}

// A kernel on one stream uses what a copy on another brings.
double unjoined_streams(const Bench& bench, bool mistake) {
  Random random(1);
  const std::vector<float> x = random.numbers(kThreads);
  const cuda::DeviceBuffer input = bench.upload(std::vector<float>(kThreads)),
                           out = bench.empty(input.bytes());
  const cuda::PinnedBuffer staging(bench.context, input.bytes());
  std::memcpy(staging.as<float>(), x.data(), input.bytes());
  const cuda::Stream copies(bench.context);
  const cuda::Event copied(bench.context);
  copies.copy_to_device(input.address(), staging.as<float>(), input.bytes());
  copies.record(copied);
  if (!mistake) bench.stream.wait_for(copied);
  launch(bench, "sound_plain_access", input, out, kThreads, 1, bench.stream);
  const double error = error_of(bench.download<float>(out).data(), x);
  copies.synchronize();
  return error;
}

// Two branches of a graph, of which the second needs what the first one makes.
double unjoined_branches(const Bench& bench, bool mistake) {
  Random random(1);
  const std::vector<float> x = random.numbers(kThreads);
  const cuda::DeviceBuffer input = bench.upload(x),
                           between = bench.upload(std::vector<float>(kThreads)),
                           out = bench.empty(input.bytes());
  const cuda::Stream side(bench.context);
  const cuda::Event begin(bench.context), middle(bench.context), end(bench.context);
  const cuda::Graph graph(bench.stream, [&] {
    bench.stream.record(begin);
    side.wait_for(begin);
    launch(bench, "sound_plain_access", input, between, kThreads, 1, bench.stream);
    bench.stream.record(middle);
    if (!mistake) side.wait_for(middle);
    launch(bench, "sound_plain_access", between, out, kThreads, 1, side);
    side.record(end);
    bench.stream.wait_for(end);
  });
  graph.launch(bench.stream);
  return error_of(bench.download<float>(out).data(), x);
}

struct PlantedHost {
  const char* name;
  double (*run)(const Bench&, bool mistake);
};
constexpr PlantedHost kHosts[] = {{"missing_host_sync", missing_host_sync},
                                  {"reused_staging", reused_staging},
                                  {"unjoined_streams", unjoined_streams},
                                  {"unjoined_branches", unjoined_branches}};

}  // namespace

void add_planted_cases(std::vector<Case>& cases) {
  for (const bool mistake : {false, true}) {
    const std::string prefix = mistake ? "planted_" : "sound_";
    for (const Planted& planted : planted_kernels()) {
      const std::string kernel = prefix + planted.name;
      cases.push_back(
          {kernel, 0, [=](const Bench& bench) { return check_kernel(bench, planted, kernel); }});
    }
    for (const PlantedHost& host : kHosts) {
      cases.push_back(
          {prefix + host.name, 0, [=](const Bench& bench) { return host.run(bench, mistake); }});
    }
  }
}

}  // namespace lacuna::cases
