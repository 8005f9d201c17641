#include "addon/errors.h"

#include <string>

namespace lacuna::addon {

Napi::Error to_js_error(Napi::Env env, const Error& error) {
  Napi::Error result = Napi::Error::New(env, error.what());
  result.Set("code", Napi::String::New(env, error_code_name(error.code())));
  result.Set("remedy", Napi::String::New(env, error.remedy()));
  return result;
}

Error to_error(const std::exception& exception) {
  if (const auto* error = dynamic_cast<const Error*>(&exception)) return *error;
  if (dynamic_cast<const std::bad_alloc*>(&exception) != nullptr) {
    return Error(ErrorCode::kOutOfMemory, "there is not enough memory",
                 "Close other programs, or use a smaller model or context.");
  }
  return Error(ErrorCode::kIo, std::string("unexpected failure in the engine: ") + exception.what(),
               "Try again; if it happens again, report it with the model's name and this message.");
}

Napi::Error to_js_error(Napi::Env env, const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& exception) {
    return to_js_error(env, to_error(exception));
  }
}

std::string string_argument(const Napi::CallbackInfo& info, size_t index, const char* name) {
  if (index >= info.Length() || !info[index].IsString()) {
    throw to_js_error(info.Env(), Error(ErrorCode::kInvalidArgument,
                                        std::string("argument `") + name + "` must be a string",
                                        "Pass a string."));
  }
  return info[index].As<Napi::String>().Utf8Value();
}

}  // namespace lacuna::addon
