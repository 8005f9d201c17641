#include "model/twins.h"

#include <numeric>
#include <utility>

#include "cpu/host_experts.h"
#include "cuda/driver/open.h"

namespace lacuna::model_check {

std::unique_ptr<const ModelWeights> read_weights(const std::string& file, ModelConfig& config) {
  auto opened = std::make_shared<const GgufFile>(GgufFile::open(file));
  config = read_model_config(*opened);
  return std::make_unique<const ModelWeights>(std::move(opened), config, SplitKeys::kFloat32);
}

Reference::Reference(const Options& options) {
  ModelConfig config;
  auto weights = read_weights(options.file, config);
  const cpu::CpuOptions cpu{.path = cpu::Path::kReference,
                            .threads = 1,
                            .context_length = options.context,
                            .max_chunk = options.context,
                            .pages = (options.context + kPageTokens - 1) / kPageTokens,
                            .int8_cache = false,
                            .attention = {}};
  model_ = std::make_unique<cpu::CpuModel>(std::move(weights), config, cpu);
  pass_ = model_->make_pass();
}

std::span<const float> Reference::logits(const std::vector<int32_t>& tokens) {
  const auto [found, is_new] = known_.try_emplace(tokens);
  std::vector<float>& out = found->second;
  if (!is_new) return out;
  std::vector<PageId> pages((tokens.size() + kPageTokens - 1) / kPageTokens);
  std::iota(pages.begin(), pages.end(), 0u);
  std::vector<size_t> wanted(tokens.size());
  std::iota(wanted.begin(), wanted.end(), size_t{0});
  const SequenceChunk chunk{tokens, 0, pages};
  const std::atomic<bool> never{false};
  model_->begin(*pass_, {&chunk, 1}, PassKind::kPrefill, wanted);
  for (size_t layer = 0; layer < config().layers; ++layer) model_->run_layer(*pass_, layer, never);
  out.resize(tokens.size() * config().vocabulary);
  model_->logits(*pass_, out.data(), never);
  return out;
}

bool WatchedExperts::run(const ExpertChoices& choices, float* out,
                         const std::atomic<bool>& interrupt) {
  slots_[choices.layer].assign(choices.slot_of_expert.begin(), choices.slot_of_expert.end());
  if (before_run) before_run();
  return experts_->run(choices, out, interrupt);
}

DeviceTwin make_device_twin(const Options& options) {
  ModelConfig config;
  auto weights = read_weights(options.file, config);
  auto driver = cuda::open_driver(options.library);
  const cuda::DeviceInfo device = cuda::pick_device(*driver);
  const cuda::CudaOptions sizes{options.context, options.chunk, options.pages, options.cache};
  cuda::MemoryPlan plan{};
  {
    const cuda::Context context(driver, device);
    plan = cuda::plan_memory(*weights, config, sizes, context.memory());
  }
  cuda::check_fits(plan, device);
  if (options.slots) plan.expert_slots = std::min(*options.slots, plan.expert_slots);
  std::unique_ptr<WatchedExperts> experts;
  if (plan.expert_slots < plan.experts) {
    experts = std::make_unique<WatchedExperts>(std::make_unique<cpu::CpuExperts>(
        *weights, config, cpu::Path::kReference, 1, options.chunk));
  }
  DeviceTwin twin{nullptr, experts.get()};
  twin.model = std::make_unique<cuda::CudaModel>(
      cuda::CudaModel::Parts{std::move(driver), device, std::move(weights), std::move(experts)},
      config, sizes, plan, [](double) {});
  return twin;
}

}  // namespace lacuna::model_check
