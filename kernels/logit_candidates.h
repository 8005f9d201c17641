// What sampling needs of a row of logits, mostly: its largest ones, and the normaliser that makes
// log-probabilities of them. A hundredth of the row goes to the host. Shared by kernels and host.
#pragma once

#include <stdint.h>

namespace lacuna::kernels {

inline constexpr uint32_t kCandidates = 64;
inline constexpr int32_t kNoCandidate = -1;

// As the sampler reads logits: not-a-number is -infinity, +infinity the largest finite float.
struct LogitCandidates {
  float maximum;
  float log_sum;  // log Σ exp(logit - maximum): log p = (logit - maximum) - log_sum
  // Largest first, the lower id among equals. A vocabulary of fewer tokens ends in kNoCandidate and
  // -infinity.
  int32_t ids[kCandidates];
  float logits[kCandidates];
};

inline constexpr uint32_t kLogitCandidatesThreads = 256;
inline constexpr uint32_t kLogitSlice = 4096;  // logits of a block of `slice_logits`
inline constexpr uint32_t kMostLogitSlices = 64;
inline constexpr uint32_t kMostVocabulary = kLogitSlice * kMostLogitSlices;

// The same of a slice. A key orders candidates: logit, then id (logit_candidates.cu).
struct alignas(8) LogitSlice {
  uint64_t keys[kCandidates];  // largest first
  float maximum;
  float sum;  // Σ exp(logit - maximum)
};

// Kernel `slice_logits`: block (x, y) does slice x of row y. Kernel `merge_logit_slices`, after it:
// block x does row x. Both with the same parameters.
struct LogitCandidatesParams {
  const float* logits;   // [rows, stride]
  LogitSlice* slices;    // [rows, logit_slices(vocabulary)]
  LogitCandidates* out;  // [rows]
  uint32_t vocabulary;   // 1 … kMostVocabulary
  uint32_t stride;       // ≥ vocabulary
};

constexpr uint32_t logit_slices(uint32_t vocabulary) {
  return (vocabulary + kLogitSlice - 1) / kLogitSlice;
}

}  // namespace lacuna::kernels
