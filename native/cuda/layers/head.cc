#include "cuda/layers/head.h"

#include <utility>

#include "cuda/driver/launch.h"

namespace lacuna::cuda {

HeadScratch::HeadScratch(Arena& arena, const ModelConfig& config, const ModelForms& forms,
                         size_t rows)
    : normed(arena.take_array<float>(rows * config.hidden)),
      chosen(arena.take_array<float>(kMostDecodeRows * config.hidden)),
      fixed(arena, kMostDecodeRows, config.hidden, {false, forms.head.fixed}),
      slices(arena.take_array<kernels::LogitSlice>(kMostDecodeRows *
                                                   kernels::logit_slices(config.vocabulary))),
      candidates(arena.take_array<kernels::LogitCandidates>(kMostDecodeRows)) {}

Head::Head(const KernelLibrary& library, const Products& products, const Norms& norms,
           const ModelConfig& config, HeadScratch scratch)
    : products_(products),
      norms_(norms),
      config_(config),
      scratch_(std::move(scratch)),
      gather_(library, "gather_rows"),
      slice_(library, "slice_logits"),
      merge_(library, "merge_logit_slices") {}

void Head::norm(const Stream& stream, const DeviceWeights& w, const CudaPass& pass) const {
  const Rows out{scratch_.normed.as<float>(), config_.hidden, {}, config_.hidden};
  norms_.add_and_norm(stream, pass.x.as<float>(), pass.plain_addend(), pass.routed_addend(),
                      w.output_norm, pass.rows, out);
}

void Head::logits(const Stream& stream, const DeviceWeights& w, const CudaPass& pass, size_t first,
                  size_t count) const {
  Rows x = scratch_.fixed.rows();
  x.floats = scratch_.chosen.as<float>();
  const Grid grid{blocks_for(config_.hidden, kernels::kGatherRowsColumns),
                  static_cast<uint32_t>(count)};
  gather_.launch(stream, grid, kernels::kGatherRowsThreads, 0,
                 {scratch_.normed.as<const float>(), pass.wanted_rows() + first, x.floats,
                  config_.hidden, config_.hidden});
  norms_.fix(stream, x.floats, count, x);
  products_.run(stream, ProductShape::kVector, w.output, x, count, pass.logits.as<float>());
}

void Head::candidates(const Stream& stream, const CudaPass& pass, size_t count) const {
  const uint32_t rows = static_cast<uint32_t>(count), vocabulary = config_.vocabulary;
  const kernels::LogitCandidatesParams params{
      pass.logits.as<const float>(), scratch_.slices.as<kernels::LogitSlice>(),
      scratch_.candidates.as<kernels::LogitCandidates>(), vocabulary, vocabulary};
  slice_.launch(stream, {kernels::logit_slices(vocabulary), rows}, kernels::kLogitCandidatesThreads,
                0, params);
  merge_.launch(stream, {rows}, kernels::kLogitCandidatesThreads, 0, params);
  stream.copy_to_host(pass.candidates.as<kernels::LogitCandidates>(), scratch_.candidates.address(),
                      count * sizeof(kernels::LogitCandidates));
}

}  // namespace lacuna::cuda
