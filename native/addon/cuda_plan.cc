#include <napi.h>

#include "addon/errors.h"
#include "addon/registrations.h"
#include "addon/request.h"

namespace lacuna::addon {
namespace {

std::string note_of(const CudaPlan& plan) {
  if (!plan.fits || plan.expert_slots == plan.experts) return "";
  return "Of the " + std::to_string(plan.experts) + " routed experts of each layer " +
         std::to_string(plan.expert_slots) +
         " fit on the GPU; the CPU computes the others, and those chosen most move in.";
}

// (path, options): what of a model would go where.
Napi::Value plan(const Napi::CallbackInfo& call) {
  return guarded(call.Env(), [&]() -> Napi::Value {
    const CudaPlan plan = plan_cuda(string_argument(call, 0, "path"), to_load_options(call[1]));
    Napi::Object o = Napi::Object::New(call.Env());
    const auto bytes = [&o](const char* name, size_t value) {
      o.Set(name, static_cast<double>(value));
    };
    o.Set("fits", plan.fits);
    bytes("freeBytes", plan.free_bytes);
    bytes("neededBytes", plan.needed_bytes);
    bytes("weightBytes", plan.weight_bytes);
    bytes("kvBytes", plan.kv_bytes);
    bytes("scratchBytes", plan.scratch_bytes);
    bytes("expertBytes", plan.expert_bytes);
    bytes("expertSlots", plan.expert_slots);
    bytes("experts", plan.experts);
    o.Set("note", note_of(plan));
    return o;
  });
}

}  // namespace

void register_cuda_plan(Napi::Env env, Napi::Object exports) {
  exports.Set("planCuda", Napi::Function::New<plan>(env, "planCuda"));
}

}  // namespace lacuna::addon
