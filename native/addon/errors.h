// Native exceptions as JavaScript errors with `code` and `remedy` (`NativeError` in addon.ts).
#pragma once

#include <napi.h>

#include <exception>
#include <new>

#include "format/error.h"

namespace lacuna::addon {

// The JavaScript Error for `error`, not yet thrown.
Napi::Error to_js_error(Napi::Env env, const Error& error);

// The same for what was thrown on another thread.
Napi::Error to_js_error(Napi::Env env, const std::exception_ptr& thrown);

// Any exception as an Error: its own, out of memory, or `io` for one that nobody expected.
Error to_error(const std::exception& exception);

// Runs `body` on the JavaScript thread; what it throws becomes a JavaScript exception.
template <typename Body>
auto guarded(Napi::Env env, Body body) -> decltype(body()) {
  try {
    return body();
  } catch (const Napi::Error&) {
    throw;
  } catch (const std::exception& exception) {
    throw to_js_error(env, to_error(exception));
  }
}

// Argument `index` as a string; throws `invalid-argument` that names it.
std::string string_argument(const Napi::CallbackInfo& info, size_t index, const char* name);

}  // namespace lacuna::addon
