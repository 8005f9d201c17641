// The end of a pass: logits, which stay on the device, and what of them the host gets.
#include <algorithm>
#include <cstring>

#include "cuda/cuda_model.h"

namespace lacuna::cuda {

bool CudaModel::logits(Pass& erased, float* out, const std::atomic<bool>& interrupt) {
  CudaPass& pass = static_cast<CudaPass&>(erased);
  context_.make_current();
  const size_t rows = pass.wanted.size();
  if (pass.has_logits) {
    bring_logits(pass, 0, rows, out);
    return true;
  }
  head_.norm(stream_, weights_, pass);
  pass.adds_plain = pass.adds_routed = false;
  for (size_t first = 0; first < rows; first += kMostDecodeRows) {
    if (interrupt) return false;
    const size_t count = std::min(rows - first, kMostDecodeRows);
    head_.logits(stream_, weights_, pass, first, count);
    bring_logits(pass, 0, count, out + first * config_.vocabulary);
  }
  return true;
}

bool CudaModel::candidates(Pass& erased, std::span<LogitCandidates> out,
                           const std::atomic<bool>& interrupt) {
  static_assert(sizeof(LogitCandidates) == sizeof(kernels::LogitCandidates) &&
                LogitCandidates::kCount == kernels::kCandidates);
  CudaPass& pass = static_cast<CudaPass&>(erased);
  context_.make_current();
  if (!pass.has_logits) {
    if (interrupt) return false;
    enqueue_head(pass);
    stream_.record(pass.launched);
    pass.has_logits = true;
  }
  pass.launched.synchronize();
  std::memcpy(out.data(), pass.candidates.as<std::byte>(), out.size_bytes());
  return true;
}

void CudaModel::logits_row(Pass& erased, size_t i, float* out) {
  context_.make_current();
  bring_logits(static_cast<CudaPass&>(erased), i, 1, out);
}

// Of the pass's logits, those of `count` rows. Waits.
void CudaModel::bring_logits(CudaPass& pass, size_t first, size_t count, float* out) {
  const size_t row = config_.vocabulary * sizeof(float);
  stream_.copy_to_host(host_logits_.as<float>(), pass.logits.address() + first * row, count * row);
  stream_.record(pass.launched);
  pass.launched.synchronize();
  std::memcpy(out, host_logits_.as<float>(), count * row);
}

// Logits and candidates of all wanted rows, at most kMostDecodeRows.
void CudaModel::enqueue_head(CudaPass& pass) {
  head_.norm(stream_, weights_, pass);
  pass.adds_plain = pass.adds_routed = false;
  head_.logits(stream_, weights_, pass, 0, pass.wanted.size());
  head_.candidates(stream_, pass, pass.wanted.size());
}

}  // namespace lacuna::cuda
