#include "cuda/probe.h"

#include "addon/errors.h"
#include "addon/registrations.h"

namespace lacuna::addon {
namespace {

Napi::Value probe_cuda(const Napi::CallbackInfo& call) {
  const Napi::Env env = call.Env();
  const std::string library = call[0].IsUndefined() ? "" : string_argument(call, 0, "driver");
  const cuda::ProbeResult found = guarded(env, [&] { return cuda::probe(library); });
  const cuda::DeviceInfo& device = found.device;
  Napi::Object o = Napi::Object::New(env);
  o.Set("driverVersion", cuda::version_text(found.driver_version));
  o.Set("name", device.name);
  o.Set("capability",
        std::to_string(device.capability / 10) + "." + std::to_string(device.capability % 10));
  o.Set("multiprocessors", device.multiprocessors);
  o.Set("totalBytes", static_cast<double>(found.memory.total));
  o.Set("freeBytes", static_cast<double>(found.memory.free));
  return o;
}

}  // namespace

void register_cuda_probe(Napi::Env env, Napi::Object exports) {
  exports.Set("probeCuda", Napi::Function::New<probe_cuda>(env, "probeCuda"));
}

}  // namespace lacuna::addon
