#include "cpu/experts.h"

#include <algorithm>
#include <cstring>

#include "cpu/linear.h"
#include "cpu/router.h"

namespace lacuna::cpu {

Experts::Experts(const ModelConfig& config, size_t max_tokens)
    : config_(config),
      router_logits_(max_tokens * config.routing.experts),
      choice_(config.routing.experts + config.routing.groups),
      chosen_(max_tokens * config.routing.experts_used),
      chosen_weights_(chosen_.size()),
      row_of_(chosen_.size()),
      next_row_(config.routing.experts),
      sorted_(chosen_.size() * config.hidden),
      gate_(chosen_.size() * config.expert_ff),
      up_(chosen_.size() * config.expert_ff),
      down_(chosen_.size() * config.hidden) {
  visits_.reserve(config.routing.experts);
}

size_t Experts::bytes() const {
  return router_logits_.bytes() + choice_.bytes() + sorted_.bytes() + gate_.bytes() + up_.bytes() +
         down_.bytes() + chosen_.size() * 3 * sizeof(uint32_t);
}

void Experts::choose(const Kernels& kernels, const ExpertWeights& weights, const float* normed,
                     size_t tokens, float* scratch) {
  const RoutingConfig& routing = config_.routing;
  multiply_matrix(kernels, weights.router, normed, config_.hidden, tokens, router_logits_.data(),
                  routing.experts, scratch);
  for (size_t t = 0; t < tokens; ++t) {
    route(routing, router_logits_.data() + t * routing.experts, weights.router_bias, choice_.data(),
          chosen_.data() + t * routing.experts_used,
          chosen_weights_.data() + t * routing.experts_used);
  }
}

// Counting sort, stable in the tokens.
void Experts::sort_by_expert(size_t tokens) {
  const size_t choices = tokens * config_.routing.experts_used;
  std::fill(next_row_.begin(), next_row_.end(), 0);
  for (size_t i = 0; i < choices; ++i) ++next_row_[chosen_[i]];
  visits_.clear();
  uint32_t row = 0;
  for (uint32_t e = 0; e < config_.routing.experts; ++e) {
    const uint32_t count = next_row_[e];
    if (count > 0) visits_.push_back({e, row, count});
    next_row_[e] = row;
    row += count;
  }
  for (size_t i = 0; i < choices; ++i) row_of_[i] = next_row_[chosen_[i]]++;
}

void Experts::run(ThreadPool& pool, const Kernels& kernels, const ExpertWeights& weights,
                  const float* normed, size_t tokens, float* x, float* scratch,
                  size_t scratch_stride) {
  const size_t used = config_.routing.experts_used, hidden = config_.hidden, ff = config_.expert_ff;
  choose(kernels, weights, normed, tokens, scratch);
  sort_by_expert(tokens);
  for (size_t i = 0; i < tokens * used; ++i) {
    std::memcpy(sorted_.data() + row_of_[i] * hidden, normed + i / used * hidden,
                hidden * sizeof(float));
  }

  // One unit is one block of rows of one visited expert.
  const size_t ff_blocks = row_blocks(ff);
  pool.run(visits_.size() * ff_blocks, [&](size_t first_unit, size_t last_unit, size_t thread) {
    float* rows = scratch + thread * scratch_stride;
    for (size_t unit = first_unit; unit < last_unit; ++unit) {
      const Visit& visit = visits_[unit / ff_blocks];
      const size_t first = unit % ff_blocks * kRowBlock, last = std::min(first + kRowBlock, ff);
      const float* in = sorted_.data() + visit.first * hidden;
      float* gate = gate_.data() + visit.first * ff + first;
      float* up = up_.data() + visit.first * ff + first;
      multiply_row_block(kernels, weights.gate[visit.expert], first, last, in, hidden, visit.count,
                         gate, ff, rows);
      multiply_row_block(kernels, weights.up[visit.expert], first, last, in, hidden, visit.count,
                         up, ff, rows);
      for (size_t i = 0; i < visit.count; ++i)
        kernels.silu_multiply(gate + i * ff, up + i * ff, gate + i * ff, last - first);
    }
  });

  const size_t hidden_blocks = row_blocks(hidden);
  pool.run(visits_.size() * hidden_blocks, [&](size_t first_unit, size_t last_unit, size_t thread) {
    for (size_t unit = first_unit; unit < last_unit; ++unit) {
      const Visit& visit = visits_[unit / hidden_blocks];
      const size_t first = unit % hidden_blocks * kRowBlock,
                   last = std::min(first + kRowBlock, hidden);
      multiply_row_block(kernels, weights.down[visit.expert], first, last,
                         gate_.data() + visit.first * ff, ff, visit.count,
                         down_.data() + visit.first * hidden + first, hidden,
                         scratch + thread * scratch_stride);
    }
  });

  for (size_t i = 0; i < tokens * used; ++i) {
    kernels.add_scaled(x + i / used * hidden, down_.data() + row_of_[i] * hidden, hidden,
                       chosen_weights_[i]);
  }
}

}  // namespace lacuna::cpu
