#include <algorithm>
#include <utility>

#include "cpu/host_experts.h"
#include "cuda/cuda_model.h"
#include "cuda/driver/open.h"
#include "runtime/load_device.h"

namespace lacuna {
namespace {

// What a plan is made from. Small models keep all they compute in float32, as on the CPU.
struct CudaLoad {
  std::shared_ptr<const cuda::Driver> driver;
  cuda::DeviceInfo device;
  // Kept until the model has opened its own: opening the device anew takes time.
  std::unique_ptr<const cuda::Context> context;
  std::unique_ptr<const ModelWeights> weights;
  cuda::CudaOptions options;
  cuda::MemoryPlan plan;
};

cuda::KvFormat kv_format(const LoadContext& context, bool is_small) {
  if (context.options.cache == CacheForm::kFloat16) return cuda::KvFormat::kFloat16;
  if (context.options.cache == CacheForm::kFloat32) return cuda::KvFormat::kFloat32;
  return is_small ? cuda::KvFormat::kFloat32 : cuda::KvFormat::kFloat16;
}

CudaLoad prepare(const LoadContext& context) {
  const bool is_small = context.file->size() <= kCachedWeights;
  CudaLoad load;
  load.driver = cuda::open_driver();
  load.device = cuda::pick_device(*load.driver);
  load.weights = std::make_unique<const ModelWeights>(
      context.file, context.config, is_small ? SplitKeys::kFloat32 : SplitKeys::kQ8_0);
  load.options.format = kv_format(context, is_small);
  load.options.pages = pages_for(context, cuda::kv_page_bytes(context.config, load.options.format));
  load.options.context_length = context_for(context, load.options.pages);
  load.options.max_chunk = std::min(
      {context.options.chunk, load.options.context_length, cuda::most_chunk(context.config)});
  load.context = std::make_unique<const cuda::Context>(load.driver, load.device);
  load.plan =
      cuda::plan_memory(*load.weights, context.config, load.options, load.context->memory());
  return load;
}

}  // namespace

CudaPlan plan_cuda(const std::string& path, const LoadOptions& options) {
  const CudaLoad load = prepare(open_for_loading(path, options));
  const cuda::MemoryPlan& plan = load.plan;
  return {plan.free,         plan.bytes(),       plan.weight_bytes,
          plan.kv_bytes,     plan.scratch_bytes, plan.expert_slots * plan.expert_bytes,
          plan.expert_slots, plan.experts,       plan.fits()};
}

LoadedModel load_on_cuda(const LoadContext& context, const Progress& progress) {
  CudaLoad load = prepare(context);
  cuda::check_fits(load.plan, load.device);
  const cpu::Path path = context.options.path.value_or(path_for(context.file->size()));
  std::unique_ptr<HostExperts> host_experts;
  if (load.plan.expert_slots < load.plan.experts) {
    host_experts = std::make_unique<cpu::CpuExperts>(*load.weights, context.config, path,
                                                     context.threads, load.options.max_chunk);
  }
  std::string gpu = load.device.name;
  auto model = std::make_unique<cuda::CudaModel>(
      cuda::CudaModel::Parts{load.driver, load.device, std::move(load.weights),
                             std::move(host_experts)},
      context.config, load.options, load.plan, progress);
  const bool halves = load.options.format == cuda::KvFormat::kFloat16;
  return {std::move(model), halves ? "cuda f16" : "cuda f32", path, std::move(gpu)};
}

}  // namespace lacuna
