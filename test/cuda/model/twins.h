// One file twice: on the emulated device, and what its logits should be by the CPU's reference.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cpu/cpu_model.h"
#include "cuda/cuda_model.h"

namespace lacuna::model_check {

struct Options {
  std::string library;  // stands in for the driver
  std::string file;     // GGUF
  cuda::KvFormat cache = cuda::KvFormat::kFloat32;
  std::optional<uint32_t> slots;  // experts on the device; as planned
  size_t context = 320, chunk = 256, pages = 24;
  size_t before = 100;  // tokens of the prompt for `traffic`
};

// Logits by the CPU's scalar reference over a cache of floats: each sequence in one pass, all of
// its rows. However the device cuts it into passes, the numbers should be these.
class Reference {
 public:
  explicit Reference(const Options& options);

  const ModelConfig& config() const { return model_->config(); }
  // [tokens, vocabulary]; computed once.
  std::span<const float> logits(const std::vector<int32_t>& tokens);

 private:
  std::unique_ptr<cpu::CpuModel> model_;
  std::unique_ptr<Pass> pass_;
  std::map<std::vector<int32_t>, std::vector<float>> known_;
};

// Experts on the host that remember what they were asked for.
class WatchedExperts final : public HostExperts {
 public:
  explicit WatchedExperts(std::unique_ptr<HostExperts> experts) : experts_(std::move(experts)) {}

  bool run(const ExpertChoices& choices, float* out, const std::atomic<bool>& interrupt) override;

  std::function<void()> before_run;  // may be empty

  // The slot of each expert when a layer was last computed, by layer.
  const std::map<size_t, std::vector<int32_t>>& slots() const { return slots_; }

 private:
  const std::unique_ptr<HostExperts> experts_;
  std::map<size_t, std::vector<int32_t>> slots_;
};

struct DeviceTwin {
  std::unique_ptr<cuda::CudaModel> model;
  WatchedExperts* host_experts;  // of the model; null where all experts are on the device
};

// Throws Error as loading does.
DeviceTwin make_device_twin(const Options& options);

// The file's weights; another reading of the same mapping costs nothing.
std::unique_ptr<const ModelWeights> read_weights(const std::string& file, ModelConfig& config);

}  // namespace lacuna::model_check
