// `quantizeRows({path, x, tokens, columns})`: activations as bytes, in a buffer that held something
// else before.
#include "cpu/int8_rows.h"

#include <cstring>

#include "addon/errors.h"
#include "testing/arguments.h"
#include "testing/testing.h"

namespace lacuna::testing {
namespace {

Napi::Value quantize_rows(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return addon::guarded(env, [&]() -> Napi::Value {
    const auto o = info[0].As<Napi::Object>();
    const cpu::Kernels& kernels = kernels_field(o);
    const size_t tokens = size_field(o, "tokens"), columns = size_field(o, "columns");
    const std::vector<float> x = floats_field(o, "x");
    if (kernels.quantize_rows == nullptr) {
      throw Error(ErrorCode::kInvalidArgument, "the path has no bytes", "Correct the test.");
    }
    const size_t bytes = cpu::int8_byte_stride(columns), groups = cpu::int8_group_stride(columns);
    std::vector<int8_t> q(tokens * bytes, 77);
    std::vector<float> scales(tokens * groups, 77), sums(scales), halves(2 * tokens * groups, 77);
    kernels.quantize_rows(x.data(), columns, tokens,
                          {.q = q.data(),
                           .scales = scales.data(),
                           .sums = sums.data(),
                           .halves = halves.data(),
                           .byte_stride = bytes,
                           .group_stride = groups,
                           .columns = columns});
    auto array = Napi::Int8Array::New(env, q.size());
    std::memcpy(array.Data(), q.data(), q.size());
    Napi::Object out = Napi::Object::New(env);
    out.Set("q", array);
    out.Set("scales", to_array(env, scales));
    out.Set("sums", to_array(env, sums));
    out.Set("halves", to_array(env, halves));
    return out;
  });
}

}  // namespace

void register_int8_rows(Napi::Env env, Napi::Object exports) {
  exports.Set("quantizeRows", Napi::Function::New(env, quantize_rows, "quantizeRows"));
}

}  // namespace lacuna::testing
