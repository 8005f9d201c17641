// A running engine as a JavaScript object (`NativeEngine` in addon.ts).
#pragma once

#include <napi.h>

#include "runtime/load.h"

namespace lacuna::addon {

// Once per environment, before the first object is made.
void define_engine_object(Napi::Env env);

// Takes the engine out of `loaded`.
Napi::Object make_engine_object(Napi::Env env, LoadedEngine& loaded);

}  // namespace lacuna::addon
