#include "cpu/experts.h"

#include <algorithm>
#include <cstring>

#include "cpu/router.h"

namespace lacuna::cpu {
namespace {

// What rounding or packing one value costs, in multiply-adds.
constexpr size_t kPrepareCost = 4;

}  // namespace

Experts::Sorted::Sorted(const Kernels& kernels, const ModelConfig& config, size_t n, size_t width)
    : columns(width),
      rows(n * width),
      int8(kernels.int8_dot_row == nullptr ? Int8Buffer() : Int8Buffer(n, width)),
      // Each visited expert may leave one tile partly empty.
      packed(kernels.bf16 == nullptr
                 ? 0
                 : packed_bf16_size(n + config.routing.experts * kTileTokens, width) / 2 + 1) {}

void Experts::Sorted::prepare(const Kernels& kernels, const Visit& visit, Form form) {
  const InputView v = view(visit, form);
  if (form == Form::kInt8) {
    kernels.quantize_rows(v.x, columns, visit.count, rows_from(v.int8, visit.first));
  } else if (form == Form::kBf16) {
    const size_t tiles = (visit.count + kTileTokens - 1) / kTileTokens;
    kernels.bf16->pack(v.x, columns, visit.count, columns, 0, tiles,
                       const_cast<uint16_t*>(v.packed));
  }
}

InputView Experts::Sorted::view(const Visit& visit, Form form) {
  InputView v{form,    visit.count, columns,     rows.data() + visit.first * columns,
              columns, {},          visit.first, nullptr};
  if (form == Form::kInt8) v.int8 = int8.rows(columns);
  if (form == Form::kBf16) {
    v.packed =
        reinterpret_cast<uint16_t*>(packed.data()) + visit.first_tile * kTileTokens * columns;
  }
  return v;
}

Experts::Experts(ThreadPool& pool, const Kernels& kernels, const ModelConfig& config,
                 size_t max_tokens)
    : pool_(pool),
      kernels_(kernels),
      config_(config),
      router_logits_(max_tokens * config.routing.experts),
      choice_(pool.threads() * (config.routing.experts + config.routing.groups)),
      chosen_(max_tokens * config.routing.experts_used),
      chosen_weights_(chosen_.size()),
      row_of_(chosen_.size()),
      next_row_(config.routing.experts),
      input_(kernels, config, chosen_.size(), config.hidden),
      inner_(kernels, config, chosen_.size(), config.expert_ff),
      up_(chosen_.size() * config.expert_ff),
      down_(chosen_.size() * config.hidden),
      scratch_stride_((linear_scratch_floats(std::max(config.hidden, config.expert_ff)) + 15) / 16 *
                      16),
      scratch_(pool.threads() * scratch_stride_) {
  visits_.reserve(config.routing.experts);
}

size_t Experts::bytes() const {
  return router_logits_.bytes() + choice_.bytes() + input_.bytes() + inner_.bytes() + up_.bytes() +
         down_.bytes() + scratch_.bytes() + chosen_.size() * 3 * sizeof(uint32_t);
}

// The router decides in float32 whatever the path: its margins are small.
void Experts::choose(const ExpertWeights& weights, const float* normed, size_t tokens) {
  const RoutingConfig& routing = config_.routing;
  const size_t width = routing.experts + routing.groups;
  pool_.run(tokens, tokens * routing.experts * config_.hidden,
            [&](size_t first, size_t last, size_t thread) {
              multiply_matrix(kernels_, weights.router, normed + first * config_.hidden,
                              config_.hidden, last - first,
                              router_logits_.data() + first * routing.experts, routing.experts,
                              scratch_.data() + thread * scratch_stride_);
              for (size_t t = first; t < last; ++t) {
                route(routing, router_logits_.data() + t * routing.experts, weights.router_bias,
                      choice_.data() + thread * width, chosen_.data() + t * routing.experts_used,
                      chosen_weights_.data() + t * routing.experts_used);
              }
            });
}

// Counting sort, stable in the tokens.
void Experts::sort_by_expert(size_t tokens) {
  choices_ = tokens * config_.routing.experts_used;
  std::fill(next_row_.begin(), next_row_.end(), 0);
  for (size_t i = 0; i < choices_; ++i) ++next_row_[chosen_[i]];
  visits_.clear();
  uint32_t row = 0, tile = 0;
  for (uint32_t e = 0; e < config_.routing.experts; ++e) {
    const uint32_t count = next_row_[e];
    if (count > 0) visits_.push_back({e, row, count, tile});
    next_row_[e] = row;
    row += count;
    tile += static_cast<uint32_t>((count + kTileTokens - 1) / kTileTokens);
  }
  for (size_t i = 0; i < choices_; ++i) row_of_[i] = next_row_[chosen_[i]]++;
}

// Every visit's rows in the forms that weights of `types` need.
void Experts::prepare(Sorted& input, std::initializer_list<TensorType> types) {
  pool_.run(visits_.size(), choices_ * input.columns * kPrepareCost,
            [&](size_t first, size_t last, size_t) {
              for (size_t i = first; i < last; ++i) {
                const Visit& visit = visits_[i];
                Form done = Form::kFloat;
                for (const TensorType type : types) {
                  const Form form = form_for(kernels_, type, visit.count, input.columns, kind_);
                  if (form != Form::kFloat && form != done) input.prepare(kernels_, visit, form);
                  done = form;
                }
              }
            });
}

// One unit is one block of rows of one visited expert.
void Experts::gate_and_up(const ExpertWeights& weights) {
  const size_t ff = config_.expert_ff, blocks = row_blocks(ff);
  const size_t operations = 2 * choices_ * ff * config_.hidden;
  pool_.run(
      visits_.size() * blocks, operations, [&](size_t first_unit, size_t last_unit, size_t thread) {
        const TileGuard guard(kernels_, kernels_.bf16 != nullptr);
        float* scratch = scratch_.data() + thread * scratch_stride_;
        for (size_t unit = first_unit; unit < last_unit && !pool_.interrupted(); ++unit) {
          const Visit& visit = visits_[unit / blocks];
          const size_t first = unit % blocks * kRowBlock, last = std::min(first + kRowBlock, ff);
          float* gate = inner_.rows.data() + visit.first * ff + first;
          float* up = up_.data() + visit.first * ff + first;
          const auto run = [&](const Matrix& w, float* out) {
            const InputView x =
                input_.view(visit, form_for(kernels_, w.type, visit.count, config_.hidden, kind_));
            multiply_row_block(kernels_, w, first, last, x, out, ff, scratch);
          };
          run(weights.gate[visit.expert], gate);
          run(weights.up[visit.expert], up);
          for (size_t i = 0; i < visit.count; ++i) {
            kernels_.silu_multiply(gate + i * ff, up + i * ff, gate + i * ff, last - first);
          }
        }
      });
}

void Experts::down(const ExpertWeights& weights) {
  const size_t hidden = config_.hidden, blocks = row_blocks(hidden);
  const size_t operations = choices_ * hidden * config_.expert_ff;
  pool_.run(
      visits_.size() * blocks, operations, [&](size_t first_unit, size_t last_unit, size_t thread) {
        const TileGuard guard(kernels_, kernels_.bf16 != nullptr);
        for (size_t unit = first_unit; unit < last_unit && !pool_.interrupted(); ++unit) {
          const Visit& visit = visits_[unit / blocks];
          const size_t first = unit % blocks * kRowBlock,
                       last = std::min(first + kRowBlock, hidden);
          const Matrix w = weights.down[visit.expert];
          const InputView x =
              inner_.view(visit, form_for(kernels_, w.type, visit.count, config_.expert_ff, kind_));
          multiply_row_block(kernels_, w, first, last, x,
                             down_.data() + visit.first * hidden + first, hidden,
                             scratch_.data() + thread * scratch_stride_);
        }
      });
}

void Experts::run(const ExpertWeights& weights, const float* normed, size_t tokens, PassKind kind) {
  kind_ = kind;
  const size_t used = config_.routing.experts_used, hidden = config_.hidden;
  choose(weights, normed, tokens);
  sort_by_expert(tokens);
  pool_.run(tokens, tokens * used * hidden, [&](size_t first, size_t last, size_t) {
    for (size_t i = first * used; i < last * used; ++i) {
      std::memcpy(input_.rows.data() + row_of_[i] * hidden, normed + i / used * hidden,
                  hidden * sizeof(float));
    }
  });
  prepare(input_, {weights.gate.first.type, weights.up.first.type});
  gate_and_up(weights);
  prepare(inner_, {weights.down.first.type});
  down(weights);
}

void Experts::add_to(float* x) {
  const size_t used = config_.routing.experts_used, hidden = config_.hidden;
  const size_t tokens = choices_ / used;
  pool_.run(tokens, tokens * used * hidden, [&](size_t first, size_t last, size_t) {
    for (size_t i = first * used; i < last * used; ++i) {
      kernels_.add_scaled(x + i / used * hidden, down_.data() + row_of_[i] * hidden, hidden,
                          chosen_weights_[i]);
    }
  });
}

}  // namespace lacuna::cpu
