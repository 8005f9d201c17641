#include "model/traffic.h"

namespace lacuna::model_check {
namespace {

size_t bytes_of(const Matrix& m) {
  return m.empty() ? 0 : m.bytes();
}
size_t bytes_of(const MatrixStack& s) {
  return s.count * s.first.bytes();
}
size_t bytes_of(const FeedForwardWeights& w) {
  return bytes_of(w.gate) + bytes_of(w.up) + bytes_of(w.down);
}

size_t attention_bytes(const AttentionWeights& w, const ModelConfig& c) {
  const size_t matrices = bytes_of(w.q) + bytes_of(w.q_a) + bytes_of(w.q_b) + bytes_of(w.kv_a) +
                          bytes_of(w.k_b) + bytes_of(w.v_b) + bytes_of(w.output);
  return matrices + (c.hidden + c.q_lora_rank + c.kv_lora_rank) * sizeof(float);
}

size_t expert_bytes(const ExpertWeights& w, const RoutingConfig& routing) {
  const size_t bias = w.router_bias != nullptr ? routing.experts * sizeof(float) : 0;
  const size_t one = w.gate.first.bytes() + w.up.first.bytes() + w.down.first.bytes();
  return bytes_of(w.router) + bias + routing.experts_used * one + bytes_of(w.shared);
}

}  // namespace

LeastBytes least_bytes(const ModelWeights& w, const ModelConfig& c, cuda::KvFormat format,
                       size_t position) {
  const size_t embedding = w.token_embedding.row_bytes, norm = c.hidden * sizeof(float);
  LeastBytes least{embedding + norm + bytes_of(w.output), 0, 0};
  for (const LayerWeights& layer : w.layers) {
    least.weights += attention_bytes(layer.attention, c) + norm;
    least.weights += layer.is_dense ? bytes_of(layer.dense) : expert_bytes(layer.moe, c.routing);
  }
  const size_t value = format == cuda::KvFormat::kFloat16 ? 2 : 4;
  least.cache_written = c.layers * c.cache_dim() * value;
  least.cache_read = (position + 1) * least.cache_written;
  return least;
}

}  // namespace lacuna::model_check
