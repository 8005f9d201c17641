// `countAllocations({path, model, tokens})`: heap allocations of loading a model, and of a warm
// forward pass. This addon replaces operator new by one that counts; it is linked with -Bsymbolic,
// so the engine's code in it uses that one.
#include <atomic>
#include <cstdlib>
#include <memory>
#include <new>
#include <numeric>

#include "addon/errors.h"
#include "cpu/cpu_model.h"
#include "model/weights.h"
#include "testing/arguments.h"
#include "testing/testing.h"

namespace {

std::atomic<size_t> allocations{0};

void* counted(size_t bytes) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  void* p = std::malloc(bytes == 0 ? 1 : bytes);
  if (p == nullptr) throw std::bad_alloc();
  return p;
}

}  // namespace

void* operator new(size_t bytes) {
  return counted(bytes);
}
void* operator new[](size_t bytes) {
  return counted(bytes);
}
void operator delete(void* p) noexcept {
  std::free(p);
}
void operator delete[](void* p) noexcept {
  std::free(p);
}
void operator delete(void* p, size_t) noexcept {
  std::free(p);
}
void operator delete[](void* p, size_t) noexcept {
  std::free(p);
}

namespace lacuna::testing {
namespace {

void run_pass(cpu::CpuModel& model, Pass& pass, const std::vector<int32_t>& tokens, size_t position,
              const std::vector<PageId>& pages, std::vector<float>& logits) {
  const std::atomic<bool> never{false};
  const SequenceChunk chunk{tokens, position, pages};
  const size_t last = tokens.size() - 1;
  model.begin(pass, std::span(&chunk, 1), PassKind::kPrefill, std::span(&last, 1));
  for (size_t layer = 0; layer < model.config().layers; ++layer)
    model.run_layer(pass, layer, never);
  model.logits(pass, logits.data(), never);
}

Napi::Value count_allocations(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return addon::guarded(env, [&]() -> Napi::Value {
    const auto o = info[0].As<Napi::Object>();
    const size_t before_load = allocations.load();
    const auto file = std::make_shared<const GgufFile>(
        GgufFile::open(o.Get("model").As<Napi::String>().Utf8Value()));
    const ModelConfig config = read_model_config(*file);
    cpu::CpuModel model(std::make_unique<const ModelWeights>(file, config), config,
                        {.path = kernels_field(o).path,
                         .threads = 2,
                         .context_length = 512,
                         .max_chunk = 64,
                         .pages = 512 / kPageTokens,
                         .int8_cache = false,
                         .attention = {}});
    const std::vector<int32_t> tokens = ints_field(o, "tokens");
    std::vector<float> logits(config.vocabulary);
    std::vector<PageId> pages(model.pages());
    std::iota(pages.begin(), pages.end(), PageId{0});
    const std::unique_ptr<Pass> pass = model.make_pass();
    run_pass(model, *pass, tokens, 0, pages, logits);
    const size_t before_pass = allocations.load();
    run_pass(model, *pass, tokens, tokens.size(), pages, logits);
    const size_t after_pass = allocations.load();
    Napi::Object counts = Napi::Object::New(env);
    counts.Set("load", static_cast<double>(before_pass - before_load));
    counts.Set("warmPass", static_cast<double>(after_pass - before_pass));
    return counts;
  });
}

}  // namespace

void register_allocations(Napi::Env env, Napi::Object exports) {
  exports.Set("countAllocations", Napi::Function::New(env, count_allocations, "countAllocations"));
}

}  // namespace lacuna::testing
