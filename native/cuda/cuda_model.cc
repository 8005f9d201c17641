#include "cuda/cuda_model.h"

#include <algorithm>
#include <utility>

#include "cuda/driver/launch.h"
#include "cuda/driver/open.h"
#include "cuda/weights/uploader.h"
#include "format/error.h"
#include "logit_candidates.h"
#include "model/rope.h"

namespace lacuna::cuda {
namespace {

// Passes after which experts may change places.
constexpr size_t kPassesBetweenMoves = 64;

const ModelConfig& checked(const ModelConfig& c) {
  const RoutingConfig& r = c.routing;
  const bool takes =
      kernels::mla_takes(c.heads, c.kv_lora_rank, c.rope_dim, c.nope_dim, c.value_dim) &&
      r.experts <= kernels::kRouterMostExperts && r.groups <= kernels::kRouterMostGroups &&
      r.experts_used <= kernels::kRouterMostUsed && c.hidden <= kernels::kRmsNormMostColumns &&
      c.q_lora_rank <= kernels::kRmsNormMostColumns && c.vocabulary <= kernels::kMostVocabulary;
  if (!takes) {
    throw Error(ErrorCode::kUnsupported,
                "the GPU's kernels do not take a model of these dimensions (" +
                    std::to_string(c.heads) + " heads, latents of " +
                    std::to_string(c.kv_lora_rank) + ", " + std::to_string(r.experts) + " experts)",
                "Use the CPU (device cpu).");
  }
  return c;
}

DeviceWeights upload(const Context& context, const Stream& stream, const ModelWeights& weights,
                     const ModelConfig& config, const MemoryPlan& plan,
                     const std::function<void(double)>& progress) {
  const auto total = static_cast<double>(
      std::max<size_t>(plan.weight_bytes + plan.expert_slots * plan.expert_bytes, 1));
  size_t done = 0;
  Uploader uploader(context, stream, [&](size_t bytes) {
    done += bytes;
    progress(std::min(static_cast<double>(done) / total, 1.0));
  });
  return {uploader, weights, config, plan.expert_slots};
}

Scratch allocate(const Context& context, const ModelConfig& config, const ModelForms& forms,
                 const CudaOptions& options) {
  Arena arena(context);
  return {arena, config, forms, options};
}

CudaPass& own(Pass& pass) {
  return static_cast<CudaPass&>(pass);
}

}  // namespace

CudaModel::CudaModel(Parts parts, const ModelConfig& config, const CudaOptions& options,
                     const MemoryPlan& plan, const std::function<void(double)>& progress)
    : config_(checked(config)),
      options_(options),
      plan_(plan),
      frequencies_(rope_frequencies(config)),
      host_weights_(std::move(parts.weights)),
      host_experts_(std::move(parts.host_experts)),
      context_(parts.driver, parts.device),
      stream_(context_),
      library_(context_, kernel_images(*parts.driver)),
      embedding_(library_, kernel_name("embedding_", host_weights_->token_embedding.type)),
      products_(library_),
      norms_(library_, config.norm_epsilon),
      gate_(library_),
      weights_(upload(context_, stream_, *host_weights_, config_, plan_, progress)),
      head_lists_(context_, stream_, config.heads, Products::tile_rows(ProductShape::kVector)),
      scratch_(allocate(context_, config_, forms_of(*host_weights_), options_)),
      attention_(library_, products_, norms_, head_lists_, config_,
                 {options.max_chunk, options.context_length}, options.format,
                 std::move(scratch_.attention)),
      feed_forward_(products_, gate_, std::move(scratch_.feed_forward)),
      head_(library_, products_, norms_, config_, std::move(scratch_.head)),
      host_logits_(context_, kMostDecodeRows * config.vocabulary * sizeof(float)),
      kv_(context_, stream_, config_, options.format, options.pages) {
  if (config_.routing.experts > 0)
    mixture_.emplace(library_, products_, gate_, config_, std::move(scratch_.mixture));
  if (is_hybrid()) slots_.emplace(context_, stream_, *host_weights_, weights_, config_);
}

// Everything made with the context ends before it; its thread is another than the constructor's.
CudaModel::~CudaModel() {
  context_.make_current();
}

DeviceMemory CudaModel::memory() const {
  return {weights_.bytes(), 0, options_.pages * kv_.page_bytes(), plan_.scratch_bytes};
}

std::unique_ptr<Pass> CudaModel::make_pass() {
  context_.make_current();
  const PassLimits limits{options_.max_chunk, table_pages(options_)};
  auto pass = std::make_unique<CudaPass>(context_, config_, limits);
  if (is_hybrid()) {
    pass->host = std::make_unique<CudaPass::HostShare>(context_, config_, options_.max_chunk);
  }
  return pass;
}

void CudaModel::begin(Pass& erased, std::span<const SequenceChunk> chunks, PassKind kind,
                      std::span<const size_t> wanted) {
  context_.make_current();
  own(erased).set(chunks, kind, wanted, frequencies_);
  if (slots_ && ++passes_ == kPassesBetweenMoves) {
    passes_ = 0;
    slots_->rebalance();
  }
}

bool CudaModel::run_layer(Pass& erased, size_t layer, const std::atomic<bool>& interrupt) {
  CudaPass& pass = own(erased);
  context_.make_current();
  if (pass.kind == PassKind::kDecode && !is_hybrid()) {
    if (!pass.is_enqueued) launch_graph(pass);
    return true;
  }
  if (pass.host && pass.host->is_due) return run_on_host(pass, layer, interrupt);
  const Event& before_last = pass.layer_done[layer % 2];
  before_last.synchronize();
  if (interrupt) return false;
  if (layer == 0) {
    pass.upload_pages(stream_);
    pass.enqueue_inputs(stream_);
    enqueue_embedding(pass);
  }
  enqueue_layer(pass, layer);
  stream_.record(pass.layer_done[layer % 2]);
  stream_.record(pass.launched);
  return !pass.host || !pass.host->is_due || run_on_host(pass, layer, interrupt);
}

// A decoding pass from its inputs to its candidates. Page lists change seldom, and go before.
void CudaModel::launch_graph(CudaPass& pass) {
  pass.upload_pages(stream_);
  std::unique_ptr<Graph>& graph = pass.graphs[{pass.rows, pass.wanted.size()}];
  if (!graph) {
    graph = std::make_unique<Graph>(stream_, [&] {
      pass.enqueue_inputs(stream_);
      enqueue_embedding(pass);
      for (size_t layer = 0; layer < config_.layers; ++layer) enqueue_layer(pass, layer);
      if (!pass.wanted.empty()) enqueue_head(pass);
    });
  }
  graph->launch(stream_);
  stream_.record(pass.launched);
  pass.is_enqueued = true;
  pass.has_logits = !pass.wanted.empty();
}

void CudaModel::enqueue_embedding(const CudaPass& pass) const {
  const DeviceMatrix& table = weights_.token_embedding;
  const Grid grid{blocks_for(config_.hidden, kernels::kEmbeddingColumns),
                  static_cast<uint32_t>(pass.rows)};
  embedding_.launch(stream_, grid, kernels::kEmbeddingThreads, 0,
                    {reinterpret_cast<const uint8_t*>(table.data), table.row_bytes, config_.hidden,
                     pass.tokens(), pass.x.as<float>()});
}

void CudaModel::enqueue_layer(CudaPass& pass, size_t layer) {
  const DeviceLayer& w = weights_.layers[layer];
  const ProductShape shape = Products::shape_for(pass.kind, pass.rows);
  const Rows normed = scratch_.normed.rows();
  float* const x = pass.x.as<float>();
  float* const projected = scratch_.projected.as<float>();
  norms_.add_and_norm(stream_, x, pass.plain_addend(), pass.routed_addend(), w.attention.norm,
                      pass.rows, normed);
  attention_.run(stream_, w.attention, pass, shape, normed, kv_.layer(layer), projected);
  norms_.add_and_norm(stream_, x, projected, nullptr, w.ffn_norm, pass.rows, normed);
  const DeviceFeedForward& plain = w.is_dense ? w.dense : w.moe.shared;
  pass.adds_plain = !plain.gate.empty();
  pass.adds_routed = false;
  if (!w.is_dense) enqueue_experts(pass, layer, normed, shape);
  if (pass.adds_plain)
    feed_forward_.run(stream_, shape, plain, normed, pass.rows, pass.plain.as<float>());
}

void CudaModel::enqueue_experts(CudaPass& pass, size_t layer, const Rows& normed,
                                ProductShape shape) {
  const DeviceExperts& w = weights_.layers[layer].moe;
  mixture_->choose(stream_, shape, w, normed, pass.rows);
  if (slots_) hand_to_host(pass, layer);
  pass.adds_routed = w.gate.count > 0;
  if (!pass.adds_routed) return;
  mixture_->run(stream_, shape, w, normed, pass.rows, slots_ ? slots_->device_map(layer) : nullptr,
                slots_ ? slots_->device_counts(layer) : nullptr, pass.routed.as<float>());
}

// The normed rows and their choices, for the experts that have no slot.
void CudaModel::hand_to_host(CudaPass& pass, size_t layer) {
  CudaPass::HostShare& host = *pass.host;
  const size_t choices = pass.rows * config_.routing.experts_used;
  stream_.copy_to_host(host.normed.as<float>(),
                       reinterpret_cast<CUdeviceptr>(scratch_.normed.rows().floats),
                       pass.rows * config_.hidden * sizeof(float));
  stream_.copy_to_host(host.chosen.as<uint32_t>(), mixture_->chosen().address(),
                       choices * sizeof(uint32_t));
  stream_.copy_to_host(host.weights.as<float>(), mixture_->weights().address(),
                       choices * sizeof(float));
  stream_.record(host.handed);
  const auto map = slots_->map(layer);
  host.slot_of_expert.assign(map.begin(), map.end());
  host.is_due = true;
}

// While the device computes its own experts. False when interrupted; called again it goes on.
bool CudaModel::run_on_host(CudaPass& pass, size_t layer, const std::atomic<bool>& interrupt) {
  CudaPass::HostShare& host = *pass.host;
  host.handed.synchronize();
  const ExpertChoices choices{layer,
                              pass.rows,
                              pass.kind,
                              host.normed.as<const float>(),
                              host.chosen.as<const uint32_t>(),
                              host.weights.as<const float>(),
                              host.slot_of_expert};
  if (!host_experts_->run(choices, host.out.as<float>(), interrupt)) return false;
  host.is_due = false;
  const size_t bytes = pass.rows * config_.hidden * sizeof(float);
  stream_.copy_to_device(scratch_.from_host.address(), host.out.as<float>(), bytes);
  norms_.add(stream_, pass.x.as<float>(), scratch_.from_host.as<const float>(),
             weights_.output_norm, pass.rows, config_.hidden);
  stream_.record(pass.layer_done[layer % 2]);
  // The next layer's share goes into the same memory.
  pass.layer_done[layer % 2].synchronize();
  return true;
}

void CudaModel::copy_page(PageId from, PageId to, size_t tokens) {
  context_.make_current();
  kv_.copy(from, to, tokens);
}

void CudaModel::read_page(PageId page, size_t tokens, std::span<std::byte> out) const {
  context_.make_current();
  kv_.read(page, tokens, out);
}

void CudaModel::write_page(PageId page, size_t tokens, std::span<const std::byte> in) {
  context_.make_current();
  kv_.write(page, tokens, in);
}

}  // namespace lacuna::cuda
