#include "cpu/cpu_features.h"

#include "addon/registrations.h"

namespace lacuna::addon {
namespace {

Napi::Value cpu_features(const Napi::CallbackInfo& call) {
  const cpu::CpuFeatures f = cpu::detect_cpu_features();
  Napi::Object o = Napi::Object::New(call.Env());
  o.Set("vendor", f.vendor);
  o.Set("model", f.model);
  o.Set("cores", f.cores);
  o.Set("avx2", f.avx2);
  o.Set("avxVnni", f.avx_vnni);
  o.Set("avx512", f.avx512);
  o.Set("avx512vnni", f.avx512_vnni);
  o.Set("avx512bf16", f.avx512_bf16);
  o.Set("amxInt8", f.amx_int8);
  o.Set("amxBf16", f.amx_bf16);
  return o;
}

}  // namespace

void register_cpu_features(Napi::Env env, Napi::Object exports) {
  exports.Set("cpuFeatures", Napi::Function::New<cpu_features>(env, "cpuFeatures"));
}

}  // namespace lacuna::addon
