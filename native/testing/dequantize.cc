// `dequantize(path, type, blocks, elements)`: weight blocks as a Float32Array;
// `cpuPathAvailable(path)`.
#include "cpu/dequantize.h"

#include <string>

#include "addon/errors.h"
#include "cpu/kernels.h"
#include "testing/testing.h"

namespace lacuna::testing {
namespace {

DequantizeRow find_row_function(const std::string& path, TensorType type) {
  if (path == "reference") return dequantize_row(type);
#ifdef LACUNA_X86
  if (path == "avx2") return cpu::dequantize_row_avx2(type);
  if (path == "avx512") return cpu::dequantize_row_avx512(type);
#endif
  return nullptr;
}

Napi::Value dequantize(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return addon::guarded(env, [&]() -> Napi::Value {
    const std::string path = addon::string_argument(info, 0, "path");
    const TensorType type{info[1].As<Napi::Number>().Uint32Value()};
    const auto blocks = info[2].As<Napi::Uint8Array>();
    const size_t elements = info[3].As<Napi::Number>().Uint32Value();

    const TensorTypeTraits* traits = tensor_type_traits(type);
    const DequantizeRow row = find_row_function(path, type);
    if (traits == nullptr || row == nullptr || elements % traits->block_elements != 0 ||
        blocks.ByteLength() != elements / traits->block_elements * traits->block_bytes) {
      throw Error(ErrorCode::kInvalidArgument, "no such path or type, or not whole blocks",
                  "Correct the test.");
    }
    auto out = Napi::Float32Array::New(env, elements);
    row(reinterpret_cast<const std::byte*>(blocks.Data()), out.Data(), elements);
    return out;
  });
}

Napi::Value cpu_path_available(const Napi::CallbackInfo& info) {
  const std::optional<cpu::Path> path = cpu::path_named(addon::string_argument(info, 0, "path"));
  return Napi::Boolean::New(info.Env(), path && cpu::path_available(*path));
}

}  // namespace

void register_dequantize(Napi::Env env, Napi::Object exports) {
  exports.Set("dequantize", Napi::Function::New(env, dequantize, "dequantize"));
  exports.Set("cpuPathAvailable", Napi::Function::New(env, cpu_path_available, "cpuPathAvailable"));
}

}  // namespace lacuna::testing
