#include "model/config.h"

#include <string_view>

#include "format/error.h"

namespace lacuna {
namespace {

constexpr char kPickAnother[] =
    "Use a GGUF file of a DeepSeek V2, V3 or Coder-V2 model, for example "
    "DeepSeek-Coder-V2-Lite-Base in Q4_K_M.";
constexpr char kDamaged[] =
    "The file's metadata is damaged or incomplete: download or convert it again.";

// Reads keys under the architecture's prefix and refuses values outside [low, high].
class ConfigReader {
 public:
  explicit ConfigReader(const GgufFile& file) : file_(file) {}

  uint32_t required(std::string_view key, uint32_t low, uint32_t high) const {
    const auto value = file_.u32(full(key));
    if (!value) throw Error(ErrorCode::kCorrupt, where(key) + " is missing", kDamaged);
    return checked(key, *value, low, high);
  }

  uint32_t optional(std::string_view key, uint32_t fallback, uint32_t low, uint32_t high) const {
    const auto value = file_.u32(full(key));
    return value ? checked(key, *value, low, high) : fallback;
  }

  double real(std::string_view key, double fallback, double low, double high) const {
    const double value = file_.f64(full(key)).value_or(fallback);
    // Written so that a NaN fails too.
    if (!(value >= low && value <= high)) {
      throw Error(ErrorCode::kCorrupt,
                  where(key) + " is " + std::to_string(value) + ", outside [" +
                      std::to_string(low) + ", " + std::to_string(high) + "]",
                  kDamaged);
    }
    return value;
  }

  bool flag(std::string_view key) const { return file_.boolean(full(key)).value_or(false); }
  bool has(std::string_view key) const { return file_.find(full(key)) != nullptr; }
  std::optional<std::string_view> text(std::string_view key) const {
    return file_.string(full(key));
  }

  static std::string full(std::string_view key) { return "deepseek2." + std::string(key); }

 private:
  std::string where(std::string_view key) const { return file_.path() + ": " + full(key); }

  uint32_t checked(std::string_view key, uint32_t value, uint32_t low, uint32_t high) const {
    if (value < low || value > high) {
      throw Error(ErrorCode::kCorrupt,
                  where(key) + " is " + std::to_string(value) + ", outside " + std::to_string(low) +
                      " … " + std::to_string(high),
                  kDamaged);
    }
    return value;
  }

  const GgufFile& file_;
};

std::optional<YarnConfig> read_yarn(const ConfigReader& read) {
  const std::string_view type = read.text("rope.scaling.type").value_or("none");
  if (type == "none") return std::nullopt;
  if (type != "yarn") {
    throw Error(
        ErrorCode::kUnsupported,
        "the model scales its positions by '" + std::string(type) + "'; only YaRN or none is known",
        kPickAnother);
  }
  const double factor = read.real("rope.scaling.factor", 1, 1, 1e6);
  if (factor == 1) return std::nullopt;
  return YarnConfig{
      .factor = factor,
      .original_context = read.required("rope.scaling.original_context_length", 1, 1u << 30),
      .beta_fast = read.real("rope.scaling.yarn_beta_fast", 32, 1e-3, 1e6),
      .beta_slow = read.real("rope.scaling.yarn_beta_slow", 1, 1e-3, 1e6),
      .log_multiplier = read.real("rope.scaling.yarn_log_multiplier", 0, 0, 10),
  };
}

RoutingConfig read_routing(const ConfigReader& read, const std::string& path) {
  RoutingConfig routing{};
  routing.experts = read.optional("expert_count", 0, 0, 4096);
  if (routing.experts == 0) return routing;
  routing.experts_used = read.required("expert_used_count", 1, routing.experts);
  // Converters write 0 where the model has no groups.
  routing.groups = std::max(1u, read.optional("expert_group_count", 1, 0, routing.experts));
  routing.groups_used =
      std::max(1u, read.optional("expert_group_used_count", routing.groups, 0, routing.groups));
  routing.gating =
      read.optional("expert_gating_func", 1, 1, 2) == 2 ? Gating::kSigmoid : Gating::kSoftmax;
  routing.normalize_weights = read.flag("expert_weights_norm");
  const double scale = read.real("expert_weights_scale", 1, 0, 1e6);
  routing.weight_scale = scale == 0 ? 1.0f : static_cast<float>(scale);
  const uint32_t per_group = routing.experts / routing.groups;
  if (per_group * routing.groups != routing.experts ||
      per_group * routing.groups_used < routing.experts_used) {
    throw Error(ErrorCode::kCorrupt,
                path + ": " + std::to_string(routing.experts) + " experts in " +
                    std::to_string(routing.groups) + " groups, of which " +
                    std::to_string(routing.groups_used) + " may give " +
                    std::to_string(routing.experts_used) + " experts: the numbers do not fit",
                kDamaged);
  }
  return routing;
}

}  // namespace

ModelConfig read_model_config(const GgufFile& file) {
  const std::string_view architecture = file.string("general.architecture").value_or("");
  if (architecture != "deepseek2") {
    throw Error(ErrorCode::kUnsupported,
                file.path() + " holds a model of architecture '" + std::string(architecture) +
                    "'; this engine runs 'deepseek2'",
                kPickAnother);
  }
  if (const uint32_t parts = file.u32("split.count").value_or(0); parts > 1) {
    throw Error(ErrorCode::kUnsupported,
                file.path() + " is one of " + std::to_string(parts) + " parts of a model",
                "Join the parts with `llama-gguf-split --merge FIRST_PART WHOLE_FILE` and open the "
                "whole file.");
  }
  const ConfigReader read(file);
  ModelConfig c{};
  c.name = std::string(file.string("general.name").value_or(""));
  const uint32_t blocks = read.required("block_count", 1, 1024);
  c.nextn_layers = read.optional("nextn_predict_layers", 0, 0, blocks - 1);
  c.layers = blocks - c.nextn_layers;
  c.leading_dense = read.optional("leading_dense_block_count", 0, 0, blocks);
  c.context_length = read.required("context_length", 1, 1u << 30);
  c.hidden = read.required("embedding_length", 1, 1u << 17);
  c.heads = read.required("attention.head_count", 1, 4096);
  c.q_lora_rank = read.optional("attention.q_lora_rank", 0, 0, 1u << 17);
  c.kv_lora_rank = read.required("attention.kv_lora_rank", 1, 1u << 17);
  c.rope_dim = read.required("rope.dimension_count", 2, 4096);
  // The newer layout describes the cache in key_length and the heads in key_length_mla.
  const bool split_layout = read.has("attention.key_length_mla");
  const uint32_t query_dim = read.required(
      split_layout ? "attention.key_length_mla" : "attention.key_length", 1, 1u << 16);
  c.value_dim = read.required(
      split_layout ? "attention.value_length_mla" : "attention.value_length", 1, 1u << 16);
  if (query_dim <= c.rope_dim || c.rope_dim % 2 != 0) {
    throw Error(ErrorCode::kCorrupt,
                file.path() + ": heads of " + std::to_string(query_dim) +
                    " dimensions cannot hold " + std::to_string(c.rope_dim) + " rotated ones",
                kDamaged);
  }
  c.nope_dim = query_dim - c.rope_dim;
  c.norm_epsilon = static_cast<float>(read.real("attention.layer_norm_rms_epsilon", 1e-6, 0, 1));
  c.rope_base = read.real("rope.freq_base", 10000, 1, 1e12);
  c.yarn = read_yarn(read);
  c.routing = read_routing(read, file.path());
  if (c.leading_dense > 0 || c.routing.experts == 0)
    c.dense_ff = read.required("feed_forward_length", 1, 1u << 20);
  if (c.routing.experts > 0) {
    c.expert_ff = read.required("expert_feed_forward_length", 1, 1u << 20);
    c.shared_ff = c.expert_ff * read.optional("expert_shared_count", 0, 0, 1024);
  } else {
    c.leading_dense = blocks;
  }
  const TensorInfo* embedding = file.find_tensor("token_embd.weight");
  if (embedding == nullptr || embedding->shape[1] == 0 || embedding->shape[1] > (1u << 24)) {
    throw Error(ErrorCode::kCorrupt, file.path() + ": token_embd.weight is missing or empty",
                kDamaged);
  }
  c.vocabulary = static_cast<uint32_t>(embedding->shape[1]);
  return c;
}

}  // namespace lacuna
