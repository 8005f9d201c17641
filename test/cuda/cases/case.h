// Kernels against scalar references: one table of cases, run on the emulated device by
// kernel_check, and as it stands on a real one.
#pragma once

#include <cmath>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "cuda/driver/kernel_library.h"
#include "format/half.h"

namespace lacuna::cases {

// A small generator: same seed, same numbers, on every machine (splitmix64).
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint64_t next();
  uint32_t below(uint32_t limit) { return static_cast<uint32_t>(next() % limit); }
  float number(float scale = 1);  // -scale … scale
  std::vector<float> numbers(size_t count, float scale = 1);
  std::vector<uint8_t> bytes(size_t count);

 private:
  uint64_t state_;
};

// What cases run on.
class Bench {
 public:
  Bench(const cuda::Context& on, const cuda::KernelLibrary& kernels)
      : context(on), library(kernels), stream(on) {}

  const cuda::Context& context;
  const cuda::KernelLibrary& library;
  cuda::Stream stream;

  // Device memory with these values, by a copy that is done.
  template <class T>
  cuda::DeviceBuffer upload(const std::vector<T>& values) const {
    cuda::DeviceBuffer buffer(context, values.size() * sizeof(T));
    const cuda::PinnedBuffer staging(context, buffer.bytes());
    std::memcpy(staging.as<T>(), values.data(), buffer.bytes());
    stream.copy_to_device(buffer.address(), staging.as<T>(), buffer.bytes());
    stream.synchronize();
    return buffer;
  }

  cuda::DeviceBuffer empty(size_t bytes) const { return {context, bytes}; }

  // Waits for the stream.
  template <class T>
  std::vector<T> download(const cuda::DeviceBuffer& buffer) const {
    const cuda::PinnedBuffer staging(context, buffer.bytes());
    stream.copy_to_host(staging.as<T>(), buffer.address(), buffer.bytes());
    stream.synchronize();
    return {staging.as<T>(), staging.as<T>() + buffer.bytes() / sizeof(T)};
  }
};

// The largest difference, as a share of the root mean square of `expected`; infinite where a value
// is missing or not a number.
double relative_error(const std::vector<float>& actual, const std::vector<double>& expected);

struct Case {
  std::string name;  // the kernel's, then what is odd about it
  double tolerance;
  std::function<double(const Bench&)> run;  // gives the error
  uint64_t least_bytes = 0;  // that must be read from global memory, where it is known
};

// One function a family, in cases/<family>.cc; kernel_check.cc lists them.
void add_combine_experts_cases(std::vector<Case>& cases);
void add_e4m3_cases(std::vector<Case>& cases);
void add_embedding_cases(std::vector<Case>& cases);
void add_expert_order_cases(std::vector<Case>& cases);
void add_gather_rows_cases(std::vector<Case>& cases);
void add_gemm_cases(std::vector<Case>& cases);
void add_latent_cache_cases(std::vector<Case>& cases);
void add_logit_candidates_cases(std::vector<Case>& cases);
void add_matvec_cases(std::vector<Case>& cases);
void add_mla_decode_cases(std::vector<Case>& cases);
void add_mla_prefill_cases(std::vector<Case>& cases);
void add_planted_cases(std::vector<Case>& cases);
void add_ptx_cases(std::vector<Case>& cases);
void add_rms_norm_cases(std::vector<Case>& cases);
void add_router_cases(std::vector<Case>& cases);
void add_silu_multiply_cases(std::vector<Case>& cases);

}  // namespace lacuna::cases
