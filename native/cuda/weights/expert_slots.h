// Which routed experts of each layer have a slot on the device, where there is not room for all;
// those that are chosen most move in.
#pragma once

#include <span>
#include <vector>

#include "cuda/weights/device_weights.h"
#include "cuda/weights/uploader.h"

namespace lacuna::cuda {

// The swap that gains most: the most visited expert without a slot for the least visited one with
// one, if it was visited at least twice as often and kFewestVisits more. `in` == `out` where none
// does.
struct ExpertSwap {
  size_t in, out;
};
ExpertSwap best_swap(std::span<const uint32_t> visits, std::span<const int32_t> slot_of_expert);

inline constexpr uint32_t kFewestVisits = 8;

class ExpertSlots {
 public:
  // At first expert e is in slot e. All must outlive it.
  ExpertSlots(const Context& context, const Stream& stream, const ModelWeights& weights,
              const DeviceWeights& on_device, const ModelConfig& config);

  // For kernels, [experts] each.
  const int32_t* device_map(size_t layer) const { return layers_[layer].map.as<const int32_t>(); }
  uint32_t* device_counts(size_t layer) const { return layers_[layer].counts.as<uint32_t>(); }
  // The same for the host: the slot of each expert, below 0 where it has none.
  std::span<const int32_t> map(size_t layer) const { return layers_[layer].slot_of_expert; }

  // Reads what was chosen since the last time, and swaps experts where another is chosen clearly
  // more often. Waits for the stream; what it enqueues next sees the new places.
  void rebalance();

 private:
  struct Layer {
    std::vector<int32_t> slot_of_expert;  // empty in a dense layer
    std::vector<uint32_t> visits;         // of each expert, older ones count less
    DeviceBuffer map;                     // [experts]
    DeviceBuffer counts;                  // [experts]
  };

  void swap(size_t layer, const ExpertSwap& experts);

  const Stream& stream_;
  const ModelWeights& weights_;
  const DeviceWeights& on_device_;
  Uploader uploader_;
  PinnedBuffer host_counts_;  // [experts]
  std::vector<Layer> layers_;
};

}  // namespace lacuna::cuda
