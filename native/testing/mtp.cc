// `mtpLogits({path, model, tokens, prompt, threads, every?})`: what a model's
// multi-token-prediction module says behind each token from `prompt` on, float32 [tokens - prompt,
// vocabulary]. The prompt goes in one pass, the others one by one. With `every`, only behind one in
// so many tokens; the other rows are zeros.
#include <memory>
#include <numeric>

#include "addon/errors.h"
#include "cpu/cpu_model.h"
#include "format/error.h"
#include "model/weights.h"
#include "testing/arguments.h"
#include "testing/testing.h"

namespace lacuna::testing {
namespace {

const std::atomic<bool> never{false};

// The tokens at `position` of a sequence; all before them have been computed.
void compute(cpu::CpuModel& model, Pass& pass, std::span<const int32_t> tokens, size_t position,
             std::span<const PageId> pages) {
  const SequenceChunk chunk{tokens, position, pages};
  model.begin(pass, std::span(&chunk, 1),
              tokens.size() == 1 ? PassKind::kDecode : PassKind::kPrefill, {});
  for (size_t layer = 0; layer < model.config().layers; ++layer)
    model.run_layer(pass, layer, never);
}

Napi::Value mtp_logits(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return addon::guarded(env, [&]() -> Napi::Value {
    const auto o = info[0].As<Napi::Object>();
    const auto file = std::make_shared<const GgufFile>(
        GgufFile::open(o.Get("model").As<Napi::String>().Utf8Value()));
    const ModelConfig config = read_model_config(*file);
    const std::vector<int32_t> tokens = ints_field(o, "tokens");
    const size_t prompt = size_field(o, "prompt");
    const auto every = static_cast<size_t>(number_field(o, "every", 1));
    cpu::CpuModel model(std::make_unique<const ModelWeights>(file, config), config,
                        {.path = kernels_field(o).path,
                         .threads = size_field(o, "threads"),
                         .context_length = tokens.size(),
                         .max_chunk = tokens.size(),
                         .pages = tokens.size() / kPageTokens + 1,
                         .int8_cache = false,
                         .attention = {}});
    cpu::MtpModule* const module = model.mtp_drafts();
    if (module == nullptr) {
      throw Error(ErrorCode::kInvalidArgument, "the model has no module for drafts",
                  "Take one with nextn layers.");
    }
    std::vector<PageId> pages(model.pages());
    std::iota(pages.begin(), pages.end(), PageId{0});
    const std::unique_ptr<Pass> pass = model.make_pass();
    compute(model, *pass, std::span(tokens).first(prompt), 0, pages);
    auto out = Napi::Float32Array::New(env, (tokens.size() - prompt) * config.vocabulary);
    for (size_t p = prompt; p < tokens.size(); ++p) {
      if ((p - prompt + 1) % every == 0) {
        const DraftRow row{tokens[p], p, pages};
        DraftedToken drafted;
        module->draft(std::span(&row, 1), std::span(&drafted, 1), never);
        const std::span<const float> logits = module->logits().first(config.vocabulary);
        std::copy(logits.begin(), logits.end(), out.Data() + (p - prompt) * config.vocabulary);
      }
      compute(model, *pass, std::span(tokens).subspan(p, 1), p, pages);
    }
    return out;
  });
}

}  // namespace

void register_mtp(Napi::Env env, Napi::Object exports) {
  exports.Set("mtpLogits", Napi::Function::New(env, mtp_logits, "mtpLogits"));
}

}  // namespace lacuna::testing
