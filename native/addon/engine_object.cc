#include "addon/engine_object.h"

#include <algorithm>
#include <future>
#include <memory>
#include <utility>

#include "addon/errors.h"
#include "addon/event_channel.h"
#include "addon/request.h"
#include "addon/task.h"

namespace lacuna::addon {
namespace {

class EngineObject final : public Napi::ObjectWrap<EngineObject> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "NativeEngine",
                       {
                           InstanceAccessor<&EngineObject::info>("info"),
                           InstanceMethod<&EngineObject::generate>("generate"),
                           InstanceMethod<&EngineObject::cancel>("cancel"),
                           InstanceMethod<&EngineObject::hold>("hold"),
                           InstanceMethod<&EngineObject::resident>("resident"),
                           InstanceMethod<&EngineObject::page_usage>("pageUsage"),
                           InstanceMethod<&EngineObject::save_prefix>("savePrefix"),
                           InstanceMethod<&EngineObject::restore_prefix>("restorePrefix"),
                           InstanceMethod<&EngineObject::logits>("logits"),
                           InstanceMethod<&EngineObject::close>("close"),
                       });
  }

  // From `make_engine_object` only: the argument is an External that holds a LoadedEngine.
  explicit EngineObject(const Napi::CallbackInfo& call)
      : Napi::ObjectWrap<EngineObject>(call), channel_(call.Env()) {
    if (call.Length() != 1 || !call[0].IsExternal()) {
      throw to_js_error(call.Env(),
                        Error(ErrorCode::kInvalidArgument,
                              "NativeEngine cannot be constructed directly", "Call loadEngine."));
    }
    LoadedEngine& loaded = *call[0].As<Napi::External<LoadedEngine>>().Data();
    engine_ = std::move(loaded.engine);
    const DeviceModel& model = engine_->model();
    info_ = {cpu::kernels_for(loaded.path).name,
             loaded.threads,
             model.context_length(),
             model.config().vocabulary,
             model.page_bytes(),
             model.memory(),
             loaded.device,
             loaded.gpu};
  }

  // The engine's thread must be gone before the channel it speaks through.
  ~EngineObject() override {
    if (engine_) engine_->close();
  }

 private:
  // What `info` tells; read once, since a closed engine has no model.
  struct Info {
    const char* path;
    size_t threads, context_length, vocabulary, page_bytes;
    DeviceMemory memory;
    Device device;
    std::string gpu;
  };

  Napi::Value info(const Napi::CallbackInfo& call) {
    Napi::Object o = Napi::Object::New(call.Env());
    const DeviceMemory& memory = info_.memory;
    o.Set("device", info_.device == Device::kCuda ? "cuda" : "cpu");
    if (!info_.gpu.empty()) o.Set("gpu", info_.gpu);
    o.Set("cpuPath", info_.path);
    o.Set("threads", static_cast<double>(info_.threads));
    o.Set("contextLength", static_cast<double>(info_.context_length));
    o.Set("vocabularySize", static_cast<double>(info_.vocabulary));
    o.Set("weightBytes", static_cast<double>(memory.weight_bytes + memory.owned_weight_bytes));
    o.Set("kvBytes", static_cast<double>(memory.kv_bytes));
    o.Set("scratchBytes", static_cast<double>(memory.scratch_bytes));
    o.Set("kvBytesPerToken", static_cast<double>(info_.page_bytes / kPageTokens));
    o.Set("pageBytes", static_cast<double>(info_.page_bytes));
    o.Set("pageTokens", static_cast<double>(kPageTokens));
    return o;
  }

  Napi::Value generate(const Napi::CallbackInfo& call) {
    if (call.Length() != 3 || !call[0].IsObject() || !call[1].IsFunction() ||
        !call[2].IsFunction()) {
      throw to_js_error(call.Env(),
                        Error(ErrorCode::kInvalidArgument,
                              "generate takes a request and two functions", "See addon.ts."));
    }
    Request request = to_request(call[0].As<Napi::Object>());
    Listener listener = channel_.listen(call[1].As<Napi::Function>(), call[2].As<Napi::Function>());
    return Napi::Number::New(
        call.Env(), static_cast<double>(engine_->submit(std::move(request), std::move(listener))));
  }

  void cancel(const Napi::CallbackInfo& call) {
    engine_->cancel(static_cast<Engine::Handle>(call[0].ToNumber().Int64Value()));
  }

  void hold(const Napi::CallbackInfo& call) {
    engine_->hold(std::min<size_t>(call[0].ToNumber().Uint32Value(), kLanes));
  }

  Napi::Value resident(const Napi::CallbackInfo& call) {
    return Napi::Number::New(call.Env(),
                             static_cast<double>(engine_->resident(to_tokens(call[0], "tokens"))));
  }

  Napi::Value page_usage(const Napi::CallbackInfo& call) {
    const PageUsage usage = engine_->pages();
    Napi::Object o = Napi::Object::New(call.Env());
    o.Set("total", static_cast<double>(usage.total));
    o.Set("free", static_cast<double>(usage.free));
    o.Set("held", static_cast<double>(usage.held));
    o.Set("shared", static_cast<double>(usage.shared));
    o.Set("cached", static_cast<double>(usage.cached));
    return o;
  }

  Napi::Value save_prefix(const Napi::CallbackInfo& call) {
    return count_later(call.Env(), [engine = engine_, tokens = to_tokens(call[0], "tokens"),
                                    path = string_argument(call, 1, "path")] {
      return engine->save_prefix(tokens, path);
    });
  }

  Napi::Value restore_prefix(const Napi::CallbackInfo& call) {
    return count_later(call.Env(), [engine = engine_, path = string_argument(call, 0, "path")] {
      return engine->restore_prefix(path);
    });
  }

  static Napi::Value count_later(Napi::Env env, std::function<size_t()> work) {
    auto count = std::make_shared<size_t>();
    return Task::start(
        env, [count, work = std::move(work)] { *count = work(); },
        [count](Napi::Env done) -> Napi::Value {
          return Napi::Number::New(done, static_cast<double>(*count));
        });
  }

  Napi::Value logits(const Napi::CallbackInfo& call) {
    auto future = std::make_shared<std::future<std::vector<float>>>(engine_->logits(
        to_tokens(call[0], "tokens"), static_cast<size_t>(call[1].ToNumber().Uint32Value())));
    auto rows = std::make_shared<std::vector<float>>();
    return Task::start(
        call.Env(), [engine = engine_, future, rows] { *rows = future->get(); },
        [rows](Napi::Env env) -> Napi::Value {
          auto array = Napi::Float32Array::New(env, rows->size());
          std::copy(rows->begin(), rows->end(), array.Data());
          return array;
        });
  }

  Napi::Value close(const Napi::CallbackInfo& call) {
    return Task::start(
        call.Env(), [engine = engine_] { engine->close(); },
        [](Napi::Env env) { return env.Undefined(); });
  }

  EventChannel channel_;  // outlives the engine's thread
  std::shared_ptr<Engine> engine_;
  Info info_{};
};

}  // namespace

void define_engine_object(Napi::Env env) {
  auto constructor =
      std::make_unique<Napi::FunctionReference>(Napi::Persistent(EngineObject::define(env)));
  env.SetInstanceData(constructor.release());
}

Napi::Object make_engine_object(Napi::Env env, LoadedEngine& loaded) {
  return env.GetInstanceData<Napi::FunctionReference>()->New(
      {Napi::External<LoadedEngine>::New(env, &loaded)});
}

}  // namespace lacuna::addon
