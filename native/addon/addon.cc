// The module: one line for each function of `NativeAddon` in addon.ts.
#include <napi.h>

#include "addon/registrations.h"

namespace {

Napi::Object initialise(Napi::Env env, Napi::Object exports) {
  lacuna::addon::register_model_file(env, exports);
  lacuna::addon::register_load_engine(env, exports);
  lacuna::addon::register_cpu_features(env, exports);
  lacuna::addon::register_cuda_probe(env, exports);
  lacuna::addon::register_cuda_plan(env, exports);
  return exports;
}

}  // namespace

NODE_API_MODULE(lacuna, initialise)
