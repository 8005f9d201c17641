#include "cpu/cpu_model.h"

#include <array>
#include <utility>

#include "model/rope.h"

namespace lacuna::cpu {
namespace {

bool uses_tiles(const ModelConfig& config, const CpuOptions& options) {
  return LatentAttention::fits(kernels_for(options.path), config);
}

KvForm kv_form(const ModelConfig& config, const CpuOptions& options) {
  if (options.int8_cache) return KvForm::kInt8;
  return uses_tiles(config, options) ? KvForm::kBf16 : KvForm::kFloat32;
}

DecoderLayerOptions layer_options(const ModelConfig& config, const CpuOptions& options) {
  return {.max_tokens = options.max_chunk,
          .context_length = options.context_length,
          .kv_form = kv_form(config, options),
          .on_tiles = uses_tiles(config, options),
          .attention = options.attention};
}

// Of a position in each part of a page.
std::vector<size_t> row_bytes(const ModelConfig& config, const CpuOptions& options) {
  std::vector<size_t> rows(config.layers, kv_row_bytes(kv_form(config, options), config));
  if (config.nextn_layers > 0) {
    const std::array<size_t, 2> more = MtpModule::row_bytes(config);
    rows.insert(rows.end(), more.begin(), more.end());
  }
  return rows;
}

}  // namespace

CpuModel::CpuModel(std::unique_ptr<const ModelWeights> weights, const ModelConfig& config,
                   const CpuOptions& options)
    : config_(config),
      options_(options),
      kernels_(kernels_for(options.path)),
      weights_(std::move(weights)),
      frequencies_(rope_frequencies(config)),
      pool_(options.threads),
      layer_(pool_, kernels_, config_, layer_options(config, options)),
      kv_pool_(options.pages, row_bytes(config, options)) {
  if (config.nextn_layers == 0) return;
  mtp_.emplace(pool_, kernels_, config_, *weights_, frequencies_,
               MtpModule::Options{options.max_chunk, options.context_length});
  mtp_->use(kv_pool_.layer(config.layers), kv_pool_.layer(config.layers + 1));
}

size_t CpuModel::bytes_per_page(const ModelConfig& config, const CpuOptions& options) {
  return KvPool(0, row_bytes(config, options)).page_bytes();
}

DeviceMemory CpuModel::memory() const {
  return {weights_->mapped_bytes(), weights_->owned_bytes(),
          kv_pool_.pages() * kv_pool_.page_bytes(), layer_.bytes() + (mtp_ ? mtp_->bytes() : 0)};
}

std::unique_ptr<Pass> CpuModel::make_pass() {
  return std::make_unique<CpuPass>(config_, options_.max_chunk);
}

void CpuModel::begin(Pass& erased, std::span<const SequenceChunk> chunks, PassKind kind,
                     std::span<const size_t> wanted) {
  auto& pass = static_cast<CpuPass&>(erased);
  pass.begin(chunks, kind, frequencies_);
  pass.wanted.assign(wanted.begin(), wanted.end());
  const Matrix& embedding = weights_->token_embedding;
  const DequantizeRow dequantize = kernels_.dequantize_row(embedding.type);
  for (size_t t = 0; t < pass.tokens; ++t) {
    dequantize(embedding.row(static_cast<size_t>(pass.ids[t])), pass.x.data() + t * config_.hidden,
               config_.hidden);
  }
}

bool CpuModel::run_layer(Pass& erased, size_t layer, const std::atomic<bool>& interrupt) {
  auto& pass = static_cast<CpuPass&>(erased);
  pool_.watch(&interrupt);
  if (!pass.layer_done) {
    if (!layer_.run(pass, weights_->layers[layer], kv_pool_.layer(layer))) return false;
    if (layer + 1 < config_.layers || !mtp_) return true;
    pass.layer_done = true;
  }
  return mtp_->follow(pass, layer_);
}

bool CpuModel::logits(Pass& erased, float* out, const std::atomic<bool>& interrupt) {
  auto& pass = static_cast<CpuPass&>(erased);
  pool_.watch(&interrupt);
  layer_.project(pass.x.data(), pass.wanted, weights_->output_norm, weights_->output, pass.kind,
                 out);
  return !pool_.stopped();
}

}  // namespace lacuna::cpu
