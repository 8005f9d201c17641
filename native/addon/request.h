// A JavaScript request object as the runtime's Request.
#pragma once

#include <napi.h>

#include <vector>

#include "runtime/load.h"
#include "runtime/request.h"

namespace lacuna::addon {

// Both throw a JavaScript error `invalid-argument` that names the field.
Request to_request(const Napi::Object& object);
LoadOptions to_load_options(const Napi::Value& value);

std::vector<int32_t> to_tokens(const Napi::Value& value, const char* name);

}  // namespace lacuna::addon
