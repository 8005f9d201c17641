#include "cuda/layers/mixture.h"

#include <utility>

#include "cuda/driver/launch.h"

namespace lacuna::cuda {

MixtureScratch::MixtureScratch(Arena& arena, const ModelConfig& c, const ModelForms& forms,
                               size_t rows) {
  if (rows == 0) return;
  const size_t used = c.routing.experts_used, entries = rows * used;
  router_logits = arena.take_array<float>(rows * c.routing.experts);
  chosen = arena.take_array<uint32_t>(entries);
  chosen_weights = arena.take_array<float>(entries);
  const auto all = static_cast<uint32_t>(entries);
  tiles = arena.take_array<kernels::WorkTile>(
      kernels::most_tiles(all, c.routing.experts, Products::tile_rows(ProductShape::kVector)));
  tile_count = arena.take_array<uint32_t>(1);
  order = arena.take_array<uint32_t>(entries);
  gate = arena.take_array<float>(entries * c.expert_ff);
  up = arena.take_array<float>(entries * c.expert_ff);
  inner = Activations(arena, entries, c.expert_ff, forms.expert_inner);
  down = arena.take_array<float>(entries * c.hidden);
}

Mixture::Mixture(const KernelLibrary& library, const Products& products, const Gate& gate,
                 const ModelConfig& config, MixtureScratch scratch)
    : products_(products),
      gate_(gate),
      config_(config),
      scratch_(std::move(scratch)),
      route_(library, "route_tokens"),
      sort_(library, "sort_by_expert"),
      combine_(library, "combine_experts") {}

void Mixture::choose(const Stream& stream, ProductShape shape, const DeviceExperts& w,
                     const Rows& normed, size_t rows) const {
  const RoutingConfig& routing = config_.routing;
  products_.run(stream, shape, w.router, normed, rows, scratch_.router_logits.as<float>());
  route_.launch(stream, {blocks_for(rows, kernels::kRouterTokens)}, kernels::kRouterThreads, 0,
                {.logits = scratch_.router_logits.as<const float>(),
                 .bias = w.bias,
                 .chosen = scratch_.chosen.as<uint32_t>(),
                 .weights = scratch_.chosen_weights.as<float>(),
                 .tokens = static_cast<uint32_t>(rows),
                 .experts = routing.experts,
                 .used = routing.experts_used,
                 .groups = routing.groups,
                 .groups_used = routing.groups_used,
                 .gating = routing.gating == Gating::kSoftmax ? kernels::RouterGating::kSoftmax
                                                              : kernels::RouterGating::kSigmoid,
                 .normalize = routing.normalize_weights,
                 .scale = routing.weight_scale});
}

void Mixture::run(const Stream& stream, ProductShape shape, const DeviceExperts& w,
                  const Rows& normed, size_t rows, const int32_t* slot_of_expert, uint32_t* counts,
                  float* out) const {
  const RoutingConfig& routing = config_.routing;
  const auto entries = static_cast<uint32_t>(rows * routing.experts_used);
  const kernels::ExpertPlacement placement{chosen().as<const uint32_t>(), slot_of_expert};
  const uint32_t tile_rows = Products::tile_rows(shape);
  sort_.launch(stream, {1}, kernels::kSortThreads, 0,
               {.placement = placement,
                .tiles = scratch_.tiles.as<kernels::WorkTile>(),
                .tile_count = scratch_.tile_count.as<uint32_t>(),
                .order = scratch_.order.as<uint32_t>(),
                .expert_counts = counts,
                .entries = entries,
                .experts = routing.experts,
                .tile_rows = tile_rows});
  const uint32_t most = kernels::most_tiles(entries, w.gate.count, tile_rows);
  ProductRows by_expert{
      rows,
      {scratch_.tiles.as<const kernels::WorkTile>(), scratch_.tile_count.as<const uint32_t>(),
       scratch_.order.as<const uint32_t>(), routing.experts_used},
      most};
  products_.run_list_pair(stream, shape, w.gate, w.up, normed, by_expert, scratch_.gate.as<float>(),
                          scratch_.up.as<float>());
  const Rows inner = scratch_.inner.rows();
  gate_.run(stream, scratch_.gate, scratch_.up, entries, placement, inner);
  by_expert.list.x_share = 1;
  products_.run_list(stream, shape, w.down, inner, by_expert, scratch_.down.as<float>());
  const Grid grid{blocks_for(config_.hidden, kernels::kCombineExpertsColumns),
                  static_cast<uint32_t>(rows)};
  combine_.launch(stream, grid, kernels::kCombineExpertsThreads, 0,
                  {scratch_.down.as<const float>(), weights().as<const float>(), out,
                   routing.experts_used, config_.hidden, placement});
}

}  // namespace lacuna::cuda
