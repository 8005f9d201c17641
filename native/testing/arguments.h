// Reading test arguments. Tests are trusted: a wrong type throws, sizes are the test's own
// business.
#pragma once

#include <napi.h>

#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "cpu/kernels.h"
#include "format/error.h"
#include "model/matrix.h"
#include "runtime/prefix_tree.h"

namespace lacuna::testing {

inline size_t size_field(const Napi::Object& o, const char* name) {
  return o.Get(name).As<Napi::Number>().Uint32Value();
}

inline double number_field(const Napi::Object& o, const char* name, double fallback) {
  const Napi::Value value = o.Get(name);
  return value.IsUndefined() ? fallback : value.As<Napi::Number>().DoubleValue();
}

// A copy; empty where the field is undefined.
inline std::vector<float> floats_field(const Napi::Object& o, const char* name) {
  const Napi::Value value = o.Get(name);
  if (value.IsUndefined()) return {};
  const auto array = value.As<Napi::Float32Array>();
  return {array.Data(), array.Data() + array.ElementLength()};
}

inline std::vector<int32_t> ints_field(const Napi::Object& o, const char* name) {
  const Napi::Value value = o.Get(name);
  if (value.IsUndefined()) return {};
  const auto array = value.As<Napi::Int32Array>();
  return {array.Data(), array.Data() + array.ElementLength()};
}

// An Int32Array as token ids.
inline std::vector<int32_t> to_tokens(const Napi::Value& value) {
  const auto array = value.As<Napi::Int32Array>();
  return {array.Data(), array.Data() + array.ElementLength()};
}

inline Napi::Float32Array to_array(Napi::Env env, const std::vector<float>& values) {
  auto array = Napi::Float32Array::New(env, values.size());
  if (!values.empty()) std::memcpy(array.Data(), values.data(), values.size() * sizeof(float));
  return array;
}

inline const cpu::Kernels& kernels_field(const Napi::Object& o) {
  const std::string name = o.Get("path").As<Napi::String>().Utf8Value();
  const std::optional<cpu::Path> path = cpu::path_named(name);
  if (!path) {
    throw Error(ErrorCode::kInvalidArgument, "no path " + name, "Correct the test.");
  }
  return cpu::kernels_for(*path);
}

// A float32 matrix over `data`.
inline Matrix float_matrix(const std::vector<float>& data, size_t rows, size_t columns) {
  return {reinterpret_cast<const std::byte*>(data.data()), TensorType::kF32, rows, columns,
          columns * sizeof(float)};
}

inline Napi::Object to_object(Napi::Env env, const PageUsage& usage) {
  Napi::Object o = Napi::Object::New(env);
  o.Set("total", static_cast<double>(usage.total));
  o.Set("free", static_cast<double>(usage.free));
  o.Set("held", static_cast<double>(usage.held));
  o.Set("shared", static_cast<double>(usage.shared));
  o.Set("cached", static_cast<double>(usage.cached));
  return o;
}

}  // namespace lacuna::testing
