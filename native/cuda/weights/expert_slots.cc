#include "cuda/weights/expert_slots.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace lacuna::cuda {
namespace {

// Of one layer in one rebalancing: each moves three matrices.
constexpr int kMostSwaps = 2;

}  // namespace

ExpertSwap best_swap(std::span<const uint32_t> visits, std::span<const int32_t> slot_of_expert) {
  constexpr size_t kNone = SIZE_MAX;
  size_t in = kNone, out = kNone;
  for (size_t e = 0; e < visits.size(); ++e) {
    if (slot_of_expert[e] < 0) {
      if (in == kNone || visits[e] > visits[in]) in = e;
    } else if (out == kNone || visits[e] < visits[out]) {
      out = e;
    }
  }
  if (in == kNone || out == kNone) return {0, 0};
  const bool gains = visits[in] >= 2 * visits[out] && visits[in] >= visits[out] + kFewestVisits;
  return gains ? ExpertSwap{in, out} : ExpertSwap{0, 0};
}

ExpertSlots::ExpertSlots(const Context& context, const Stream& stream, const ModelWeights& weights,
                         const DeviceWeights& on_device, const ModelConfig& config)
    : stream_(stream),
      weights_(weights),
      on_device_(on_device),
      uploader_(context, stream, [](size_t) {}),
      host_counts_(context, std::max<size_t>(config.routing.experts, 1) * sizeof(uint32_t)) {
  const uint32_t experts = config.routing.experts;
  for (const DeviceLayer& layer : on_device.layers) {
    Layer& l = layers_.emplace_back();
    if (layer.is_dense) continue;
    l.slot_of_expert.resize(experts);
    for (uint32_t e = 0; e < experts; ++e)
      l.slot_of_expert[e] = e < layer.moe.gate.count ? static_cast<int32_t>(e) : -1;
    l.visits.assign(experts, 0);
    l.map = DeviceBuffer(context, experts * sizeof(int32_t));
    l.counts = DeviceBuffer(context, experts * sizeof(uint32_t));
    uploader_.copy(l.map.address(), l.slot_of_expert.data(), l.map.bytes());
    stream.fill(l.counts.address(), 0, l.counts.bytes());
  }
}

void ExpertSlots::rebalance() {
  for (size_t index = 0; index < layers_.size(); ++index) {
    Layer& layer = layers_[index];
    if (layer.visits.empty()) continue;
    stream_.copy_to_host(host_counts_.as<uint32_t>(), layer.counts.address(), layer.counts.bytes());
    stream_.fill(layer.counts.address(), 0, layer.counts.bytes());
    stream_.synchronize();
    for (size_t e = 0; e < layer.visits.size(); ++e)
      layer.visits[e] = layer.visits[e] / 2 + host_counts_.as<const uint32_t>()[e];
    for (int i = 0; i < kMostSwaps; ++i) {
      const ExpertSwap found = best_swap(layer.visits, layer.slot_of_expert);
      if (found.in == found.out) break;
      swap(index, found);
    }
  }
}

void ExpertSlots::swap(size_t index, const ExpertSwap& experts) {
  Layer& layer = layers_[index];
  const ExpertWeights& from = weights_.layers[index].moe;
  const DeviceExperts& to = on_device_.layers[index].moe;
  const int32_t slot = std::exchange(layer.slot_of_expert[experts.out], -1);
  layer.slot_of_expert[experts.in] = slot;
  const auto move = [&](const MatrixStack& host, const DeviceStack& device) {
    uploader_.copy(device.first.data + static_cast<uint64_t>(slot) * device.stride(),
                   host[experts.in].data, device.stride());
  };
  move(from.gate, to.gate);
  move(from.up, to.up);
  move(from.down, to.down);
  uploader_.copy(layer.map.address(), layer.slot_of_expert.data(), layer.map.bytes());
}

}  // namespace lacuna::cuda
