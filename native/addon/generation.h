// One generation's way from the engine's thread to two JavaScript callbacks.
#pragma once

#include <napi.h>

#include "runtime/request.h"

namespace lacuna::addon {

// Calls on_token(id, text, logProbability) in order and then on_end(error, summary) once, on the
// JavaScript thread. The process stays alive until on_end was called.
Listener make_listener(Napi::Env env, const Napi::Function& on_token, const Napi::Function& on_end);

}  // namespace lacuna::addon
