// `loadEngine` and `cpuFeatures`: a running engine as a JavaScript object (`NativeEngine` in
// addon.ts).
#pragma once

#include <napi.h>

namespace lacuna::addon {

void register_engine(Napi::Env env, Napi::Object exports);
void register_cpu_features(Napi::Env env, Napi::Object exports);

}  // namespace lacuna::addon
