#include "testing/testing.h"

namespace {

Napi::Object initialise(Napi::Env env, Napi::Object exports) {
  lacuna::testing::register_allocations(env, exports);
  lacuna::testing::register_attention(env, exports);
  lacuna::testing::register_dequantize(env, exports);
  lacuna::testing::register_drafts(env, exports);
  lacuna::testing::register_healing(env, exports);
  lacuna::testing::register_int8_rows(env, exports);
  lacuna::testing::register_kernels(env, exports);
  lacuna::testing::register_mtp(env, exports);
  lacuna::testing::register_prefix_tree(env, exports);
  lacuna::testing::register_runtime(env, exports);
  lacuna::testing::register_scheduler(env, exports);
  return exports;
}

}  // namespace

NODE_API_MODULE(lacuna_testing, initialise)
