#include "model/weights.h"

#include <cstring>
#include <string>

#include "format/dequantize.h"
#include "format/error.h"
#include "format/quant_blocks.h"
#include "format/quantize_q8_0.h"

namespace lacuna {
namespace {

constexpr char kConvertAgain[] =
    "The file is incomplete or was written by a converter this engine does not know: download or "
    "convert it again.";

std::string shape_text(std::initializer_list<uint64_t> shape) {
  std::string text = "[";
  for (const uint64_t n : shape) text += (text.size() > 1 ? ", " : "") + std::to_string(n);
  return text + "]";
}

}  // namespace

// Looks tensors up by name under one layer's prefix.
class WeightBinder {
 public:
  WeightBinder(ModelWeights& weights, const ModelConfig& config, SplitKeys split_keys)
      : w_(weights), c_(config), split_keys_(split_keys) {}

  void bind_all() {
    w_.token_embedding = matrix("token_embd.weight", c_.vocabulary, c_.hidden);
    w_.output_norm = vector("output_norm.weight", c_.hidden);
    w_.output = find("output.weight") != nullptr ? matrix("output.weight", c_.vocabulary, c_.hidden)
                                                 : w_.token_embedding;
    for (uint32_t i = 0; i < c_.layers; ++i) w_.layers.push_back(layer(i));
    for (uint32_t i = c_.layers; i < c_.layers + c_.nextn_layers; ++i) w_.nextn.push_back(nextn(i));
  }

 private:
  const TensorInfo* find(const std::string& name) const { return w_.file_->find_tensor(name); }

  const TensorInfo& tensor(const std::string& name, std::initializer_list<uint64_t> shape) const {
    const TensorInfo* info = find(name);
    if (info == nullptr) {
      throw Error(ErrorCode::kCorrupt, w_.file_->path() + ": tensor " + name + " is missing",
                  kConvertAgain);
    }
    size_t i = 0;
    bool matches = true;
    for (const uint64_t n : shape) matches = matches && info->shape[i++] == n;
    for (; i < 4; ++i) matches = matches && info->shape[i] == 1;
    if (!matches) {
      throw Error(ErrorCode::kCorrupt,
                  w_.file_->path() + ": tensor " + name + " has shape " +
                      shape_text({info->shape[0], info->shape[1], info->shape[2], info->shape[3]}) +
                      " instead of " + shape_text(shape),
                  kConvertAgain);
    }
    return *info;
  }

  static Matrix view(const TensorInfo& info, uint64_t rows, uint64_t columns) {
    const TensorTypeTraits* traits = tensor_type_traits(info.type);
    return {info.data, info.type, rows, columns,
            columns / traits->block_elements * traits->block_bytes};
  }

  Matrix matrix(const std::string& name, uint64_t rows, uint64_t columns) const {
    return view(tensor(name, {columns, rows}), rows, columns);
  }

  MatrixStack stack(const std::string& name, uint64_t count, uint64_t rows,
                    uint64_t columns) const {
    const Matrix first = view(tensor(name, {columns, rows, count}), rows, columns);
    return {first, count, first.bytes()};
  }

  // Small vectors are read as float32; another type is unpacked.
  const float* vector(const std::string& name, uint64_t n) {
    const TensorInfo& info = tensor(name, {n});
    if (info.type == TensorType::kF32 &&
        reinterpret_cast<uintptr_t>(info.data) % alignof(float) == 0) {
      return reinterpret_cast<const float*>(info.data);
    }
    std::vector<float>& copy = w_.owned_.emplace_back(n);
    dequantize_row(info.type)(info.data, copy.data(), n);
    return copy.data();
  }

  AttentionWeights attention(const std::string& p) {
    AttentionWeights a{};
    const uint64_t q_rows = uint64_t{c_.heads} * c_.query_dim();
    a.norm = vector(p + "attn_norm.weight", c_.hidden);
    if (c_.q_lora_rank > 0) {
      a.q_a = matrix(p + "attn_q_a.weight", c_.q_lora_rank, c_.hidden);
      a.q_a_norm = vector(p + "attn_q_a_norm.weight", c_.q_lora_rank);
      a.q_b = matrix(p + "attn_q_b.weight", q_rows, c_.q_lora_rank);
    } else {
      a.q = matrix(p + "attn_q.weight", q_rows, c_.hidden);
    }
    a.kv_a = matrix(p + "attn_kv_a_mqa.weight", c_.cache_dim(), c_.hidden);
    a.kv_a_norm = vector(p + "attn_kv_a_norm.weight", c_.kv_lora_rank);
    if (find(p + "attn_kv_b.weight") != nullptr) {
      split_kv_b(matrix(p + "attn_kv_b.weight", uint64_t{c_.heads} * (c_.nope_dim + c_.value_dim),
                        c_.kv_lora_rank),
                 a);
    } else {
      a.k_b = stack(p + "attn_k_b.weight", c_.heads, c_.kv_lora_rank, c_.nope_dim);
      a.v_b = stack(p + "attn_v_b.weight", c_.heads, c_.value_dim, c_.kv_lora_rank);
    }
    a.output = matrix(p + "attn_output.weight", c_.hidden, uint64_t{c_.heads} * c_.value_dim);
    return a;
  }

  // Legacy layout: per head nope_dim key rows, then value_dim value rows, each of kv_lora_rank
  // columns.
  void split_kv_b(const Matrix& kv_b, AttentionWeights& a) {
    const size_t rank = c_.kv_lora_rank, nope = c_.nope_dim, per_head = c_.nope_dim + c_.value_dim;
    a.v_b = {{kv_b.row(nope), kv_b.type, c_.value_dim, rank, kv_b.row_bytes},
             c_.heads,
             per_head * kv_b.row_bytes};

    const bool small = split_keys_ == SplitKeys::kQ8_0 && nope % kLegacyBlock == 0;
    const TensorType type = small ? TensorType::kQ8_0 : TensorType::kF32;
    const size_t row_bytes = small ? nope / kLegacyBlock * sizeof(BlockQ8_0) : nope * sizeof(float);
    const size_t bytes = c_.heads * rank * row_bytes;
    std::vector<float>& memory =
        w_.owned_.emplace_back((bytes + sizeof(float) - 1) / sizeof(float));
    auto* keys = reinterpret_cast<std::byte*>(memory.data());  // [heads, rank, nope]
    std::vector<float> head(nope * rank), column(nope);
    const auto dequantize = dequantize_row(kv_b.type);
    for (size_t h = 0; h < c_.heads; ++h) {
      dequantize(kv_b.row(h * per_head), head.data(), nope * rank);
      for (size_t r = 0; r < rank; ++r) {
        for (size_t n = 0; n < nope; ++n) column[n] = head[n * rank + r];
        std::byte* out = keys + (h * rank + r) * row_bytes;
        if (small) {
          quantize_q8_0(column.data(), out, nope);
        } else {
          std::memcpy(out, column.data(), row_bytes);
        }
      }
    }
    a.k_b = {{keys, type, rank, nope, row_bytes}, c_.heads, rank * row_bytes};
  }

  FeedForwardWeights feed_forward(const std::string& p, const std::string& suffix,
                                  uint64_t ff) const {
    return {matrix(p + "ffn_gate" + suffix, ff, c_.hidden),
            matrix(p + "ffn_up" + suffix, ff, c_.hidden),
            matrix(p + "ffn_down" + suffix, c_.hidden, ff)};
  }

  ExpertWeights experts(const std::string& p) {
    ExpertWeights e{};
    const uint64_t n = c_.routing.experts;
    e.router = matrix(p + "ffn_gate_inp.weight", n, c_.hidden);
    e.router_bias =
        find(p + "exp_probs_b.bias") != nullptr ? vector(p + "exp_probs_b.bias", n) : nullptr;
    e.gate = stack(p + "ffn_gate_exps.weight", n, c_.expert_ff, c_.hidden);
    e.up = stack(p + "ffn_up_exps.weight", n, c_.expert_ff, c_.hidden);
    e.down = stack(p + "ffn_down_exps.weight", n, c_.hidden, c_.expert_ff);
    if (c_.shared_ff > 0) e.shared = feed_forward(p, "_shexp.weight", c_.shared_ff);
    return e;
  }

  LayerWeights layer(uint32_t i) {
    const std::string p = "blk." + std::to_string(i) + ".";
    LayerWeights l{};
    l.attention = attention(p);
    l.ffn_norm = vector(p + "ffn_norm.weight", c_.hidden);
    l.is_dense = i < c_.leading_dense;
    if (l.is_dense) {
      l.dense = feed_forward(p, ".weight", c_.dense_ff);
    } else {
      l.moe = experts(p);
    }
    return l;
  }

  NextnWeights nextn(uint32_t i) {
    const std::string p = "blk." + std::to_string(i) + ".nextn.";
    return {layer(i), matrix(p + "eh_proj.weight", c_.hidden, uint64_t{2} * c_.hidden),
            vector(p + "enorm.weight", c_.hidden), vector(p + "hnorm.weight", c_.hidden),
            vector(p + "shared_head_norm.weight", c_.hidden)};
  }

  ModelWeights& w_;
  const ModelConfig& c_;
  const SplitKeys split_keys_;
};

ModelWeights::ModelWeights(std::shared_ptr<const GgufFile> file, const ModelConfig& config,
                           SplitKeys split_keys)
    : file_(std::move(file)) {
  WeightBinder(*this, config, split_keys).bind_all();
}

size_t ModelWeights::mapped_bytes() const {
  size_t total = 0;
  for (const TensorInfo& tensor : file_->tensors()) total += tensor.bytes;
  return total;
}

size_t ModelWeights::owned_bytes() const {
  size_t total = 0;
  for (const auto& buffer : owned_) total += buffer.size() * sizeof(float);
  return total;
}

}  // namespace lacuna
