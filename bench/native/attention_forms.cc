// Where decompressed attention begins to pay on the tile unit: one layer of Coder-V2-Lite's
// dimensions, in both forms, for several numbers of new tokens in several contexts.
//
//   cmake -S . -B build-bench -DLACUNA_BENCH=ON && cmake --build build-bench --target
//   attention_forms build-bench/native/attention_forms [threads]
//
// One line a case: milliseconds (the best of five) in each form and the quotient.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <random>
#include <vector>

#include "cpu/latent_attention.h"
#include "format/quantize_q8_0.h"

namespace lacuna::cpu {
namespace {

constexpr size_t kMostTokens = 1024, kContext = 8192 + kPageTokens;

class Layer {
 public:
  explicit Layer(size_t threads)
      : pool_(threads),
        attention_(pool_, kernels_for(Path::kAmx), config_, KvForm::kBf16, kMostTokens, kContext),
        kv_(kContext / kPageTokens, 1, kv_row_bytes(KvForm::kBf16, config_)),
        pages_(kContext / kPageTokens),
        queries_(kMostTokens * config_.heads * config_.query_dim()),
        out_(kMostTokens * config_.heads * config_.value_dim) {
    std::iota(pages_.begin(), pages_.end(), PageId{0});
    fill(queries_, 0.1f);
    std::vector<float> row(kv_row_width(config_));
    for (size_t p = 0; p < kContext; ++p) {
      fill(row, 1.0f);
      attention_.store_row(row.data(), kv_.layer(0).row(pages_, p));
    }
    weights_.k_b = stack(config_.kv_lora_rank, config_.nope_dim, keys_);
    weights_.v_b = stack(config_.value_dim, config_.kv_lora_rank, values_);
  }

  double milliseconds(AttentionForm form, size_t tokens, size_t total) {
    const PassChunk chunk{0, tokens, total - tokens, pages_};
    double best = 1e9;
    for (int run = 0; run < 5; ++run) {
      const auto start = std::chrono::steady_clock::now();
      attention_.run(weights_, queries_.data(), std::span(&chunk, 1), PassKind::kPrefill,
                     kv_.layer(0), out_.data(), form);
      const std::chrono::duration<double, std::milli> took =
          std::chrono::steady_clock::now() - start;
      best = std::min(best, took.count());
    }
    return best;
  }

 private:
  void fill(std::vector<float>& values, float scale) {
    for (float& value : values) value = scale * distribution_(random_);
  }

  // Random Q8_0 matrices, one a head.
  MatrixStack stack(size_t rows, size_t columns, std::vector<std::byte>& memory) {
    const size_t row_bytes = columns / 32 * 34, values = config_.heads * rows * columns;
    std::vector<float> plain(values);
    fill(plain, 0.1f);
    memory.resize(config_.heads * rows * row_bytes);
    quantize_q8_0(plain.data(), memory.data(), values);
    return {{memory.data(), TensorType::kQ8_0, rows, columns, row_bytes},
            config_.heads,
            rows * row_bytes};
  }

  static ModelConfig lite() {
    ModelConfig config{};
    config.heads = 16;
    config.kv_lora_rank = 512;
    config.nope_dim = config.value_dim = 128;
    config.rope_dim = 64;
    return config;
  }

  const ModelConfig config_ = lite();
  std::mt19937 random_{1};
  std::uniform_real_distribution<float> distribution_{-1, 1};
  ThreadPool pool_;
  LatentAttention attention_;
  KvPool kv_;
  std::vector<PageId> pages_;
  std::vector<float> queries_, out_;
  std::vector<std::byte> keys_, values_;
  AttentionWeights weights_{};
};

}  // namespace
}  // namespace lacuna::cpu

int main(int argc, char** argv) {
  using namespace lacuna::cpu;
  if (!lacuna::cpu::path_available(Path::kAmx)) {
    std::fputs("This CPU has no tile unit.\n", stderr);
    return 1;
  }
  Layer layer(argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 2);
  std::puts("| context | new tokens | absorbed, ms | decompressed, ms | quotient |");
  std::puts("|---|---|---|---|---|");
  for (const size_t total : {size_t{512}, size_t{2048}, size_t{8192}}) {
    for (const size_t tokens : {64, 96, 128, 160, 192, 256, 512, 1024}) {
      if (tokens > total) continue;
      const double absorbed = layer.milliseconds(AttentionForm::kAbsorbed, tokens, total),
                   decompressed = layer.milliseconds(AttentionForm::kDecompressed, tokens, total);
      std::printf("| %zu | %zu | %.2f | %.2f | %.2f |\n", total, tokens, absorbed, decompressed,
                  absorbed / decompressed);
    }
  }
  return 0;
}
