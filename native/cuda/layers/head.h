// From the residual stream to logits and their candidates.
#pragma once

#include "cuda/layers/cuda_pass.h"
#include "cuda/layers/forms.h"
#include "cuda/layers/norms.h"
#include "cuda/layers/product_kernels.h"
#include "cuda/weights/device_weights.h"
#include "gather_rows.h"
#include "logit_candidates.h"

namespace lacuna::cuda {

struct HeadScratch {
  HeadScratch(Arena& arena, const ModelConfig& config, const ModelForms& forms, size_t rows);

  DeviceBuffer normed;      // [rows, hidden]
  DeviceBuffer chosen;      // [kMostDecodeRows, hidden]
  Activations fixed;        // … fixed
  DeviceBuffer slices;      // [kMostDecodeRows, logit_slices]
  DeviceBuffer candidates;  // [kMostDecodeRows]
};

class Head {
 public:
  // All must outlive it.
  Head(const KernelLibrary& library, const Products& products, const Norms& norms,
       const ModelConfig& config, HeadScratch scratch);

  // The pass's rows, with what the last layer adds, normed.
  void norm(const Stream& stream, const DeviceWeights& w, const CudaPass& pass) const;

  // Logits of the wanted rows first … first + count - 1 (at most kMostDecodeRows) become the first
  // ones of the pass's.
  void logits(const Stream& stream, const DeviceWeights& w, const CudaPass& pass, size_t first,
              size_t count) const;

  // The candidates of the pass's first `count` rows of logits.
  void candidates(const Stream& stream, const CudaPass& pass, size_t count) const;

 private:
  const Products& products_;
  const Norms& norms_;
  const ModelConfig& config_;
  const HeadScratch scratch_;
  const Kernel<kernels::GatherRowsParams> gather_;
  const Kernel<kernels::LogitCandidatesParams> slice_, merge_;
};

}  // namespace lacuna::cuda
