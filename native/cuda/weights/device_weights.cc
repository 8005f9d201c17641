#include "cuda/weights/device_weights.h"

#include <numeric>
#include <utility>

#include "cuda/driver/arena.h"
#include "cuda/weights/transposed_keys.h"

namespace lacuna::cuda {
namespace {

class WeightUpload {
 public:
  WeightUpload(Uploader& uploader, const ModelConfig& config)
      : uploader_(uploader), config_(config) {}

  DeviceMatrix matrix(const Matrix& m) {
    return m.empty() ? DeviceMatrix{} : shape(uploader_.add(m.data, m.bytes()), m);
  }

  // The first `count` of its matrices.
  DeviceStack stack(const MatrixStack& s, size_t count) {
    if (count == 0) return {};
    const CUdeviceptr to = uploader_.reserve(count * s.first.bytes());
    for (size_t i = 0; i < count; ++i)
      uploader_.copy(to + i * s.first.bytes(), s[i].data, s.first.bytes());
    return {shape(to, s.first), static_cast<uint32_t>(count)};
  }

  const float* vector(const float* v, size_t count) {
    if (v == nullptr) return nullptr;
    return reinterpret_cast<const float*>(uploader_.add(v, count * sizeof(float)));
  }

  DeviceFeedForward feed_forward(const FeedForwardWeights& w) {
    return {matrix(w.gate), matrix(w.up), matrix(w.down)};
  }

  DeviceAttention attention(const AttentionWeights& w) {
    DeviceAttention d{};
    d.norm = vector(w.norm, config_.hidden);
    d.q = matrix(w.q);
    d.q_a = matrix(w.q_a);
    d.q_b = matrix(w.q_b);
    d.q_a_norm = vector(w.q_a_norm, config_.q_lora_rank);
    d.kv_a = matrix(w.kv_a);
    d.kv_a_norm = vector(w.kv_a_norm, config_.kv_lora_rank);
    d.k_b = stack(w.k_b, w.k_b.count);
    d.v_b = stack(w.v_b, w.v_b.count);
    d.output = matrix(w.output);
    const TransposedKeys keys(w.k_b);
    d.keys = matrix(keys.matrix());
    return d;
  }

  DeviceExperts experts(const ExpertWeights& w, uint32_t slots) {
    DeviceExperts d{};
    d.router = matrix(w.router);
    d.bias = vector(w.router_bias, config_.routing.experts);
    d.gate = stack(w.gate, slots);
    d.up = stack(w.up, slots);
    d.down = stack(w.down, slots);
    d.shared = feed_forward(w.shared);
    return d;
  }

 private:
  static DeviceMatrix shape(CUdeviceptr data, const Matrix& m) {
    return {data, m.type, static_cast<uint32_t>(m.rows), static_cast<uint32_t>(m.columns),
            static_cast<uint32_t>(m.row_bytes)};
  }

  Uploader& uploader_;
  const ModelConfig& config_;
};

size_t bytes_of(const Matrix& m) {
  return Arena::whole_grains(m.empty() ? 0 : m.bytes());
}
size_t bytes_of(const MatrixStack& s) {
  return Arena::whole_grains(s.count * s.first.bytes());
}
size_t bytes_of(const FeedForwardWeights& w) {
  return bytes_of(w.gate) + bytes_of(w.up) + bytes_of(w.down);
}
size_t bytes_of_vector(size_t count) {
  return Arena::whole_grains(count * sizeof(float));
}

}  // namespace

DeviceWeights::DeviceWeights(Uploader& uploader, const ModelWeights& weights,
                             const ModelConfig& config, uint32_t expert_slots) {
  WeightUpload upload(uploader, config);
  token_embedding = upload.matrix(weights.token_embedding);
  output_norm = upload.vector(weights.output_norm, config.hidden);
  const bool tied = weights.output.data == weights.token_embedding.data;
  output = tied ? token_embedding : upload.matrix(weights.output);
  for (size_t l = 0; l < weights.layers.size(); ++l) {
    const LayerWeights& w = weights.layers[l];
    DeviceLayer layer{};
    layer.attention = upload.attention(w.attention);
    layer.ffn_norm = upload.vector(w.ffn_norm, config.hidden);
    layer.is_dense = w.is_dense;
    if (w.is_dense) {
      layer.dense = upload.feed_forward(w.dense);
    } else {
      layer.moe = upload.experts(w.moe, expert_slots);
    }
    layers.push_back(layer);
  }
  buffers_ = uploader.finish();
}

size_t DeviceWeights::bytes() const {
  return std::accumulate(buffers_.begin(), buffers_.end(), size_t{0},
                         [](size_t sum, const DeviceBuffer& b) { return sum + b.bytes(); });
}

WeightBytes device_weight_bytes(const ModelWeights& weights, const ModelConfig& config) {
  WeightBytes bytes{};
  bytes.always = bytes_of(weights.token_embedding) + bytes_of_vector(config.hidden);
  if (weights.output.data != weights.token_embedding.data) bytes.always += bytes_of(weights.output);
  for (const LayerWeights& layer : weights.layers) {
    const AttentionWeights& a = layer.attention;
    for (const Matrix* m : {&a.q, &a.q_a, &a.q_b, &a.kv_a, &a.output}) bytes.always += bytes_of(*m);
    bytes.always +=
        bytes_of(a.k_b) + bytes_of(a.v_b) + Arena::whole_grains(transposed_key_bytes(a.k_b));
    bytes.always += 2 * bytes_of_vector(config.hidden) + bytes_of_vector(config.q_lora_rank) +
                    bytes_of_vector(config.kv_lora_rank);
    if (layer.is_dense) {
      bytes.always += bytes_of(layer.dense);
    } else {
      const ExpertWeights& e = layer.moe;
      bytes.always +=
          bytes_of(e.router) + bytes_of_vector(config.routing.experts) + bytes_of(e.shared);
      bytes.expert += e.gate.first.bytes() + e.up.first.bytes() + e.down.first.bytes();
    }
  }
  return bytes;
}

}  // namespace lacuna::cuda
