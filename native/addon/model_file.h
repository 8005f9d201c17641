// `openModelFile`: a checked and mapped GGUF file as a JavaScript object (`NativeModelFile` in
// addon.ts).
#pragma once

#include <napi.h>

namespace lacuna::addon {

void register_model_file(Napi::Env env, Napi::Object exports);

}  // namespace lacuna::addon
