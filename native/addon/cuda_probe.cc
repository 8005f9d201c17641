#include "cuda/driver/probe.h"

#include "addon/errors.h"
#include "addon/registrations.h"
#include "cuda/driver/open.h"

namespace lacuna::addon {
namespace {

Napi::Value probe_cuda(const Napi::CallbackInfo& call) {
  const Napi::Env env = call.Env();
  const std::string library = call[0].IsUndefined() ? "" : string_argument(call, 0, "driver");
  const cuda::ProbeResult found = guarded(env, [&] { return cuda::probe(library); });
  Napi::Object o = Napi::Object::New(env);
  o.Set("driverVersion", cuda::version_text(found.driver_version));
  o.Set("name", found.device.name);
  o.Set("capability", cuda::capability_text(found.device.capability));
  o.Set("multiprocessors", found.device.multiprocessors);
  o.Set("totalBytes", static_cast<double>(found.memory.total));
  o.Set("freeBytes", static_cast<double>(found.memory.free));
  return o;
}

Napi::Value cuda_kernels(const Napi::CallbackInfo& call) {
  const Napi::Env env = call.Env();
  Napi::Array capabilities = Napi::Array::New(env);
  for (const int capability : cuda::embedded_capabilities()) {
    capabilities.Set(capabilities.Length(), cuda::capability_text(capability));
  }
  Napi::Object o = Napi::Object::New(env);
  o.Set("capabilities", capabilities);
  o.Set("neededDriver", cuda::version_text(cuda::needed_driver()));
  return o;
}

}  // namespace

void register_cuda_probe(Napi::Env env, Napi::Object exports) {
  exports.Set("probeCuda", Napi::Function::New<probe_cuda>(env, "probeCuda"));
  exports.Set("cudaKernels", Napi::Function::New<cuda_kernels>(env, "cudaKernels"));
}

}  // namespace lacuna::addon
