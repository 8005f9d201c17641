// Prints what a launch of each kernel asks for beside what the compiler knows: dynamic shared
// memory in bytes, for the dimensions of DeepSeek-Coder-V2-Lite and one token where it depends on
// them.
#include <cstdio>
#include <string>

#include "cuda/weights/device_matrix.h"
#include "gemm.h"
#include "matvec.h"
#include "mla_decode.h"
#include "mla_prefill.h"

namespace {

constexpr uint32_t kRank = 512, kRope = 64, kNope = 128, kValue = 128;

bool first = true;
void print(const std::string& kernel, uint32_t bytes) {
  std::printf("%s\"%s\": %u", first ? "{" : ", ", kernel.c_str(), bytes);
  first = false;
}

}  // namespace

int main() {
  using lacuna::TensorType;
  namespace kernels = lacuna::kernels;
  for (const TensorType type :
       {TensorType::kQ4_0, TensorType::kQ5_0, TensorType::kQ5_1, TensorType::kQ8_0,
        TensorType::kIQ4_NL, TensorType::kQ4_K, TensorType::kQ5_K, TensorType::kQ6_K}) {
    const auto& traits = *lacuna::tensor_type_traits(type);
    print(lacuna::cuda::kernel_name("matvec_", type),
          kernels::matvec_shared_bytes(traits.block_elements, traits.block_bytes, 1));
    print(lacuna::cuda::kernel_name("gemm_", type),
          kernels::gemm_shared_bytes(traits.block_elements, traits.block_bytes));
  }
  for (const uint32_t bytes : {2u, 4u}) {
    const std::string form = bytes == 2 ? "_f16" : "_f32";
    print("mla_decode" + form, kernels::mla_decode_shared_bytes(bytes, kRank, kRope));
    print("mla_prefill" + form, kernels::mla_prefill_shared_bytes(bytes, kNope, kRope, kValue));
  }
  std::puts("}");
}
