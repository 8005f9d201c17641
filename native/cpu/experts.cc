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
    kernels.bf16->pack(v.x, columns, nullptr, visit.count, columns, 0, tiles, tiles_of(visit));
  }
}

void Experts::Sorted::gather(const Kernels& kernels, const Visit& visit, const float* x,
                             const uint32_t* from, Form form) {
  const uint32_t* tokens = from + visit.first;
  const InputView v = view(visit, form);
  if (form == Form::kBf16) {
    const size_t tiles = (visit.count + kTileTokens - 1) / kTileTokens;
    kernels.bf16->pack(x, columns, tokens, visit.count, columns, 0, tiles, tiles_of(visit));
    return;
  }
  for (size_t i = 0; i < visit.count; ++i) {
    const float* row = x + tokens[i] * columns;
    if (form == Form::kInt8) {
      kernels.quantize_rows(row, columns, 1, rows_from(v.int8, visit.first + i));
    } else {
      std::memcpy(rows.data() + (visit.first + i) * columns, row, columns * sizeof(float));
    }
  }
}

uint16_t* Experts::Sorted::tiles_of(const Visit& visit) {
  return reinterpret_cast<uint16_t*>(packed.data()) + visit.first_tile * kTileTokens * columns;
}

InputView Experts::Sorted::view(const Visit& visit, Form form) {
  InputView v{form,    visit.count, columns,     rows.data() + visit.first * columns,
              columns, {},          visit.first, nullptr};
  if (form == Form::kInt8) v.int8 = int8.rows(columns);
  if (form == Form::kBf16) v.packed = tiles_of(visit);
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
      token_of_(chosen_.size()),
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
void Experts::sort_by_expert(size_t tokens, std::span<const int32_t> slot_of_expert) {
  const auto is_elsewhere = [slot_of_expert](uint32_t expert) {
    return !slot_of_expert.empty() && slot_of_expert[expert] >= 0;
  };
  choices_ = tokens * config_.routing.experts_used;
  std::fill(next_row_.begin(), next_row_.end(), 0);
  for (size_t i = 0; i < choices_; ++i) {
    if (!is_elsewhere(chosen_[i])) ++next_row_[chosen_[i]];
  }
  visits_.clear();
  uint32_t row = 0, tile = 0;
  for (uint32_t e = 0; e < config_.routing.experts; ++e) {
    const uint32_t count = next_row_[e];
    if (count > 0) visits_.push_back({e, row, count, tile});
    next_row_[e] = row;
    row += count;
    tile += static_cast<uint32_t>((count + kTileTokens - 1) / kTileTokens);
  }
  for (size_t i = 0; i < choices_; ++i) {
    row_of_[i] = kNowhere;
    if (is_elsewhere(chosen_[i])) continue;
    row_of_[i] = next_row_[chosen_[i]]++;
    token_of_[row_of_[i]] = static_cast<uint32_t>(i / config_.routing.experts_used);
  }
}

Form Experts::input_form(TensorType type, const Visit& visit) const {
  return form_for(kernels_, type, visit.count, config_.hidden, kind_);
}

Form Experts::inner_form(const ExpertWeights& weights, const Visit& visit) const {
  return form_for(kernels_, weights.down.first.type, visit.count, config_.expert_ff, kind_);
}

bool Experts::is_on_tiles(const ExpertWeights& weights, const Visit& visit) const {
  return input_form(weights.gate.first.type, visit) == Form::kBf16 &&
         input_form(weights.up.first.type, visit) == Form::kBf16 &&
         inner_form(weights, visit) == Form::kBf16;
}

// Every visit's rows of normed [tokens, hidden], in the forms that gate and up need.
void Experts::gather(const ExpertWeights& weights, const float* normed) {
  pool_.run(visits_.size(), choices_ * config_.hidden * kPrepareCost,
            [&](size_t first, size_t last, size_t) {
              for (size_t i = first; i < last; ++i) {
                const Visit& visit = visits_[i];
                const Form gate = input_form(weights.gate.first.type, visit),
                           up = input_form(weights.up.first.type, visit);
                input_.gather(kernels_, visit, normed, token_of_.data(), gate);
                if (up != gate) input_.gather(kernels_, visit, normed, token_of_.data(), up);
              }
            });
}

// What the tile unit has not packed on its way.
void Experts::prepare_inner(const ExpertWeights& weights) {
  pool_.run(visits_.size(), choices_ * config_.expert_ff * kPrepareCost,
            [&](size_t first, size_t last, size_t) {
              for (size_t i = first; i < last; ++i) {
                const Visit& visit = visits_[i];
                if (is_on_tiles(weights, visit)) continue;
                inner_.prepare(kernels_, visit, inner_form(weights, visit));
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
          if (is_on_tiles(weights, visit)) {
            multiply_gated_block(kernels_, weights.gate[visit.expert], weights.up[visit.expert],
                                 first, last, input_.view(visit, Form::kBf16),
                                 inner_.tiles_of(visit), scratch);
            continue;
          }
          float* gate = inner_.rows.data() + visit.first * ff + first;
          float* up = up_.data() + visit.first * ff + first;
          const auto run = [&](const Matrix& w, float* out) {
            const InputView x = input_.view(visit, input_form(w.type, visit));
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
  pool_.run(visits_.size() * blocks, operations,
            [&](size_t first_unit, size_t last_unit, size_t thread) {
              const TileGuard guard(kernels_, kernels_.bf16 != nullptr);
              for (size_t unit = first_unit; unit < last_unit && !pool_.interrupted(); ++unit) {
                const Visit& visit = visits_[unit / blocks];
                const size_t first = unit % blocks * kRowBlock,
                             last = std::min(first + kRowBlock, hidden);
                const Matrix w = weights.down[visit.expert];
                const InputView x = inner_.view(visit, inner_form(weights, visit));
                multiply_row_block(kernels_, w, first, last, x,
                                   down_.data() + visit.first * hidden + first, hidden,
                                   scratch_.data() + thread * scratch_stride_);
              }
            });
}

void Experts::run(const ExpertWeights& weights, const float* normed, size_t tokens, PassKind kind) {
  kind_ = kind;
  choose(weights, normed, tokens);
  sort_by_expert(tokens, {});
  run_sorted(weights, normed);
}

void Experts::run_chosen(const ExpertWeights& weights, const ExpertChoices& choices) {
  kind_ = choices.kind;
  const size_t count = choices.tokens * config_.routing.experts_used;
  std::copy_n(choices.chosen, count, chosen_.begin());
  std::copy_n(choices.weights, count, chosen_weights_.begin());
  sort_by_expert(choices.tokens, choices.slot_of_expert);
  run_sorted(weights, choices.normed);
}

void Experts::run_sorted(const ExpertWeights& weights, const float* normed) {
  gather(weights, normed);
  gate_and_up(weights);
  prepare_inner(weights);
  down(weights);
}

void Experts::add_to(float* x) {
  const size_t used = config_.routing.experts_used, hidden = config_.hidden;
  const size_t tokens = choices_ / used;
  pool_.run(tokens, tokens * used * hidden, [&](size_t first, size_t last, size_t) {
    for (size_t i = first * used; i < last * used; ++i) {
      if (row_of_[i] == kNowhere) continue;
      kernels_.add_scaled(x + i / used * hidden, down_.data() + row_of_[i] * hidden, hidden,
                          chosen_weights_[i]);
    }
  });
}

}  // namespace lacuna::cpu
