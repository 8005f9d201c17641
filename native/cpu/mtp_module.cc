#include "cpu/mtp_module.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

namespace lacuna::cpu {
namespace {

// What joining costs for a value, in multiply-adds.
constexpr size_t kJoinCost = 8;

// What the state's row of a position holds behind the state.
struct RowTail {
  int32_t token;
  uint32_t has_key;  // whether the key's row is of this token and the state before it
};

}  // namespace

struct MtpModule::StateRow {
  float* values;  // [hidden]
  RowTail* tail;
};

MtpModule::MtpModule(ThreadPool& pool, const Kernels& kernels, const ModelConfig& config,
                     const ModelWeights& weights, std::span<const double> frequencies,
                     const Options& options)
    : pool_(pool),
      kernels_(kernels),
      config_(config),
      weights_(weights),
      module_(weights.nextn.front()),
      frequencies_(frequencies),
      layer_(pool, kernels, config,
             {.max_tokens = kMostDecodeRows,
              .context_length = options.context_length,
              .kv_form = KvForm::kFloat32,
              .on_tiles = false,
              .attention = {},
              .first_key = 1}),
      pass_(config, kMostDecodeRows),
      rows_(kMostDecodeRows),
      joined_(std::max(options.max_tokens, kMostDecodeRows) * 2 * config.hidden),
      x_(options.max_tokens * config.hidden),
      logits_(kMostDecodeRows * config.vocabulary),
      probabilities_(config.vocabulary) {
  std::iota(rows_.begin(), rows_.end(), size_t{0});
  chunks_.reserve(kMostDecodeRows);
  ids_.reserve(kMostDecodeRows);
}

std::array<size_t, 2> MtpModule::row_bytes(const ModelConfig& config) {
  return {config.hidden * sizeof(float) + sizeof(RowTail), kv_row_bytes(KvForm::kFloat32, config)};
}

void MtpModule::use(const LayerPages& states, const LayerPages& keys) {
  states_ = states;
  keys_ = keys;
}

MtpModule::StateRow MtpModule::state(std::span<const PageId> pages, size_t position) const {
  std::byte* row = states_.row(pages, position);
  return {reinterpret_cast<float*>(row),
          reinterpret_cast<RowTail*>(row + config_.hidden * sizeof(float))};
}

bool MtpModule::follow(const CpuPass& pass, DecoderLayer& layer) {
  const size_t width = config_.hidden;
  for (const PassChunk& chunk : pass.chunks) {
    pool_.run(chunk.tokens, chunk.tokens * width * kJoinCost,
              [&](size_t first, size_t last, size_t) {
                for (size_t i = first; i < last; ++i) {
                  const size_t row = chunk.first_row + i;
                  const StateRow out = state(chunk.pages, chunk.position + i);
                  kernels_.rms_norm(pass.x.data() + row * width, weights_.output_norm, out.values,
                                    width, config_.norm_epsilon);
                  *out.tail = {pass.ids[row], 0};
                }
              });
  }
  if (pass.kind == PassKind::kDecode) return true;
  join(pass);
  layer.multiply(module_.eh_proj, joined_.data(), pass.tokens, pass.kind, x_.data());
  if (pool_.stopped()) return false;
  layer.write_keys(pass, x_.data(), module_.layer.attention, keys_);
  if (pool_.stopped()) return false;
  mark_keys(pass);
  return true;
}

void MtpModule::mark_keys(const CpuPass& pass) {
  for (const PassChunk& chunk : pass.chunks) {
    for (size_t i = 0; i < chunk.tokens; ++i)
      state(chunk.pages, chunk.position + i).tail->has_key = 1;
  }
}

// The keys that are missing before `row`, the latest ones of its sequence.
bool MtpModule::catch_up(const DraftRow& row) {
  size_t first = row.position;
  while (first > 1 && state(row.pages, first - 1).tail->has_key == 0) --first;
  while (first < row.position) {
    const size_t count = std::min(kMostDecodeRows, row.position - first);
    ids_.clear();
    for (size_t i = 0; i < count; ++i) ids_.push_back(state(row.pages, first + i).tail->token);
    const SequenceChunk chunk{ids_, first, row.pages};
    pass_.begin(std::span(&chunk, 1), PassKind::kDecode, frequencies_);
    join(pass_);
    layer_.multiply(module_.eh_proj, joined_.data(), count, PassKind::kDecode, pass_.x.data());
    if (pool_.stopped()) return false;
    layer_.write_keys(pass_, pass_.x.data(), module_.layer.attention, keys_);
    if (pool_.stopped()) return false;
    mark_keys(pass_);
    first += count;
  }
  return true;
}

// [enorm(embedding); hnorm(state before)] of each token.
void MtpModule::join(const CpuPass& pass) {
  const size_t width = config_.hidden;
  const Matrix& embedding = weights_.token_embedding;
  const DequantizeRow dequantize = kernels_.dequantize_row(embedding.type);
  for (const PassChunk& chunk : pass.chunks) {
    pool_.run(chunk.tokens, chunk.tokens * width * kJoinCost,
              [&](size_t first, size_t last, size_t) {
                for (size_t i = first; i < last; ++i) {
                  const size_t row = chunk.first_row + i, position = chunk.position + i;
                  float* token = joined_.data() + row * 2 * width;
                  float* before = token + width;
                  dequantize(embedding.row(static_cast<size_t>(pass.ids[row])), token, width);
                  kernels_.rms_norm(token, module_.enorm, token, width, config_.norm_epsilon);
                  if (position == 0) {
                    std::fill_n(before, width, 0.0f);
                    continue;
                  }
                  const std::byte* state = states_.row(chunk.pages, position - 1);
                  kernels_.rms_norm(reinterpret_cast<const float*>(state), module_.hnorm, before,
                                    width, config_.norm_epsilon);
                }
              });
  }
}

bool MtpModule::draft(std::span<const DraftRow> rows, std::span<DraftedToken> out,
                      const std::atomic<bool>& interrupt) {
  pool_.watch(&interrupt);
  for (const DraftRow& row : rows) {
    if (!catch_up(row)) return false;
  }
  chunks_.clear();
  for (const DraftRow& row : rows)
    chunks_.push_back({std::span(&row.token, 1), row.position, row.pages});
  pass_.begin(chunks_, PassKind::kDecode, frequencies_);
  join(pass_);
  layer_.multiply(module_.eh_proj, joined_.data(), rows.size(), PassKind::kDecode, pass_.x.data());
  if (pool_.stopped() || !layer_.run(pass_, module_.layer, keys_)) return false;
  layer_.project(pass_.x.data(), std::span(rows_).first(rows.size()), module_.head_norm,
                 weights_.output, PassKind::kDecode, logits_.data());
  if (pool_.stopped()) return false;
  for (size_t i = 0; i < rows.size(); ++i) {
    // What a guess of what follows the drafted token takes for the state before it.
    const StateRow state_row = state(rows[i].pages, rows[i].position);
    kernels_.rms_norm(pass_.x.data() + i * config_.hidden, module_.head_norm, state_row.values,
                      config_.hidden, config_.norm_epsilon);
    *state_row.tail = {rows[i].token, 1};
    out[i] = likeliest({logits_.data() + i * config_.vocabulary, config_.vocabulary});
  }
  return true;
}

// Of equals the first. A damaged model's logits may be anything: then it is some token.
DraftedToken MtpModule::likeliest(std::span<const float> logits) {
  const float maximum = kernels_.maximum(logits.data(), logits.size());
  const auto best = std::find(logits.begin(), logits.end(), maximum);
  if (best == logits.end()) return {0, 0};
  std::copy(logits.begin(), logits.end(), probabilities_.data());
  const float probability =
      1 / kernels_.exponentiate(probabilities_.data(), logits.size(), maximum);
  return {static_cast<int32_t>(best - logits.begin()),
          std::isfinite(probability) ? std::clamp(probability, 0.0f, 1.0f) : 0.0f};
}

}  // namespace lacuna::cpu
