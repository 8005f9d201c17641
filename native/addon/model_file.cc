#include "addon/registrations.h"

#include <memory>
#include <string>

#include "addon/errors.h"
#include "format/gguf.h"

namespace lacuna::addon {
namespace {

constexpr uint64_t kLargestExact = uint64_t{1} << 53;  // every integer up to it is a double

Napi::Value to_js(Napi::Env env, uint64_t value) {
  if (value <= kLargestExact) return Napi::Number::New(env, static_cast<double>(value));
  return Napi::BigInt::New(env, value);
}

Napi::Value to_js(Napi::Env env, int64_t value) {
  constexpr auto kLimit = static_cast<int64_t>(kLargestExact);
  if (value >= -kLimit && value <= kLimit) {
    return Napi::Number::New(env, static_cast<double>(value));
  }
  return Napi::BigInt::New(env, value);
}

Napi::Value to_js(Napi::Env env, double value) {
  return Napi::Number::New(env, value);
}

Napi::Value to_js(Napi::Env env, bool value) {
  return Napi::Boolean::New(env, value);
}

Napi::Value to_js(Napi::Env env, std::string_view value) {
  return Napi::String::New(env, value.data(), value.size());
}

template <typename Element>
Napi::Value to_js(Napi::Env env, const std::vector<Element>& values) {
  Napi::Array result = Napi::Array::New(env, values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    const Napi::HandleScope scope(env);  // a vocabulary has too many elements for one scope
    result.Set(static_cast<uint32_t>(i), to_js(env, static_cast<Element>(values[i])));
  }
  return result;
}

template <typename... Types>
Napi::Value to_js(Napi::Env env, const std::variant<Types...>& value) {
  return std::visit([env](const auto& held) { return to_js(env, held); }, value);
}

Napi::Value to_js(Napi::Env env, const TensorInfo& tensor) {
  Napi::Array shape = Napi::Array::New(env, tensor.dimensions);
  for (uint32_t i = 0; i < tensor.dimensions; ++i) shape.Set(i, to_js(env, tensor.shape[i]));
  Napi::Object result = Napi::Object::New(env);
  result.Set("name", to_js(env, std::string_view(tensor.name)));
  result.Set("type", Napi::String::New(env, tensor_type_traits(tensor.type)->name));
  result.Set("shape", shape);
  result.Set("bytes", to_js(env, tensor.bytes));
  return result;
}

class ModelFile : public Napi::ObjectWrap<ModelFile> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "ModelFile",
                       {
                           InstanceAccessor<&ModelFile::path>("path", napi_enumerable),
                           InstanceAccessor<&ModelFile::size>("size", napi_enumerable),
                           InstanceAccessor<&ModelFile::version>("version", napi_enumerable),
                           InstanceMethod<&ModelFile::keys>("keys"),
                           InstanceMethod<&ModelFile::get>("get"),
                           InstanceMethod<&ModelFile::tensors>("tensors"),
                       });
  }

  explicit ModelFile(const Napi::CallbackInfo& info)
      : Napi::ObjectWrap<ModelFile>(info), file_(guarded(info.Env(), [&] {
          return GgufFile::open(string_argument(info, 0, "path"));
        })) {}

 private:
  Napi::Value path(const Napi::CallbackInfo& info) {
    return to_js(info.Env(), std::string_view(file_.path()));
  }
  Napi::Value size(const Napi::CallbackInfo& info) { return to_js(info.Env(), file_.size()); }
  Napi::Value version(const Napi::CallbackInfo& info) {
    return Napi::Number::New(info.Env(), file_.version());
  }

  Napi::Value keys(const Napi::CallbackInfo& info) {
    std::vector<std::string_view> keys;
    for (const auto& [key, value] : file_.metadata()) keys.push_back(key);
    return to_js(info.Env(), keys);
  }

  Napi::Value get(const Napi::CallbackInfo& info) {
    const GgufValue* value = file_.find(string_argument(info, 0, "key"));
    return value == nullptr ? info.Env().Undefined() : to_js(info.Env(), *value);
  }

  Napi::Value tensors(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    Napi::Array result = Napi::Array::New(env, file_.tensors().size());
    for (size_t i = 0; i < file_.tensors().size(); ++i) {
      const Napi::HandleScope scope(env);
      result.Set(static_cast<uint32_t>(i), to_js(env, file_.tensors()[i]));
    }
    return result;
  }

  GgufFile file_;
};

}  // namespace

void register_model_file(Napi::Env env, Napi::Object exports) {
  // The class belongs to this environment (a worker thread has its own), so the closure holds it.
  auto constructor =
      std::make_shared<Napi::FunctionReference>(Napi::Persistent(ModelFile::define(env)));
  exports.Set("openModelFile", Napi::Function::New(
                                   env,
                                   [constructor](const Napi::CallbackInfo& info) -> Napi::Value {
                                     return constructor->New({Napi::String::New(
                                         info.Env(), string_argument(info, 0, "path"))});
                                   },
                                   "openModelFile"));
}

}  // namespace lacuna::addon
