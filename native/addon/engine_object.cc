#include "addon/engine_object.h"

#include <functional>
#include <future>
#include <memory>
#include <thread>
#include <utility>

#include "addon/errors.h"
#include "addon/generation.h"
#include "addon/request.h"
#include "cpu/cpu_features.h"
#include "runtime/load.h"

namespace lacuna::addon {
namespace {

// Runs `work` on a thread of Node's pool; the promise gets what `finish` makes of it, or the error.
class Task final : public Napi::AsyncWorker {
 public:
  using Work = std::function<void()>;
  using Finish = std::function<Napi::Value(Napi::Env)>;

  static Napi::Promise start(Napi::Env env, Work work, Finish finish) {
    auto* task = new Task(env, std::move(work), std::move(finish));  // deletes itself
    const Napi::Promise promise = task->deferred_.Promise();
    task->Queue();
    return promise;
  }

 private:
  Task(Napi::Env env, Work work, Finish finish)
      : Napi::AsyncWorker(env),
        deferred_(env),
        work_(std::move(work)),
        finish_(std::move(finish)) {}

  void Execute() override {
    try {
      work_();
    } catch (const std::exception& exception) {
      error_ = std::make_unique<Error>(to_error(exception));
    }
  }

  void OnOK() override {
    if (error_) {
      deferred_.Reject(to_js_error(Env(), *error_).Value());
    } else {
      deferred_.Resolve(finish_(Env()));
    }
  }

  Napi::Promise::Deferred deferred_;
  Work work_;
  Finish finish_;
  std::unique_ptr<Error> error_;
};

class EngineObject final : public Napi::ObjectWrap<EngineObject> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "NativeEngine",
                       {
                           InstanceAccessor<&EngineObject::info>("info"),
                           InstanceMethod<&EngineObject::generate>("generate"),
                           InstanceMethod<&EngineObject::cancel>("cancel"),
                           InstanceMethod<&EngineObject::resident>("resident"),
                           InstanceMethod<&EngineObject::logits>("logits"),
                           InstanceMethod<&EngineObject::close>("close"),
                       });
  }

  // From `loadEngine` only: the argument is an External that holds a LoadedEngine.
  explicit EngineObject(const Napi::CallbackInfo& call)
      : Napi::ObjectWrap<EngineObject>(call), channel_(call.Env()) {
    if (call.Length() != 1 || !call[0].IsExternal()) {
      throw to_js_error(call.Env(),
                        Error(ErrorCode::kInvalidArgument,
                              "NativeEngine cannot be constructed directly", "Call loadEngine."));
    }
    LoadedEngine& loaded = *call[0].As<Napi::External<LoadedEngine>>().Data();
    engine_ = std::move(loaded.engine);
    path_ = loaded.path;
    threads_ = loaded.threads;
  }

  // The engine's thread must be gone before the channel it speaks through.
  ~EngineObject() override {
    if (engine_) engine_->close();
  }

 private:
  Napi::Value info(const Napi::CallbackInfo& call) {
    const DeviceModel& model = engine_->model();
    const DeviceMemory memory = model.memory();
    Napi::Object o = Napi::Object::New(call.Env());
    o.Set("cpuPath", cpu::kernels_for(path_).name);
    o.Set("threads", static_cast<double>(threads_));
    o.Set("contextLength", static_cast<double>(model.context_length()));
    o.Set("vocabularySize", static_cast<double>(model.config().vocabulary));
    o.Set("weightBytes", static_cast<double>(memory.weight_bytes + memory.owned_weight_bytes));
    o.Set("kvBytes", static_cast<double>(memory.kv_bytes));
    o.Set("scratchBytes", static_cast<double>(memory.scratch_bytes));
    o.Set("kvBytesPerToken", static_cast<double>(memory.kv_bytes / model.context_length()));
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

  Napi::Value resident(const Napi::CallbackInfo& call) {
    return Napi::Number::New(call.Env(),
                             static_cast<double>(engine_->resident(to_tokens(call[0], "tokens"))));
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
  cpu::Path path_{};
  size_t threads_ = 0;
};

// Loads on a thread of its own. Progress and the result go through one thread-safe function, so
// they arrive in order.
class Loading {
 public:
  static Napi::Value start(const Napi::CallbackInfo& call) {
    const Napi::Env env = call.Env();
    const std::string path = string_argument(call, 0, "path");
    const LoadOptions options = to_load_options(call[1]);
    auto* loading = new Loading(env);  // deleted with its thread-safe function
    if (call[2].IsFunction())
      loading->on_progress_ = Napi::Persistent(call[2].As<Napi::Function>());
    const Napi::Promise promise = loading->deferred_.Promise();
    loading->function_ = Function::New(
        env, "lacuna load", 0, 1, loading, [](Napi::Env, void*, Loading* done) { delete done; },
        static_cast<void*>(nullptr));
    loading->thread_ = std::thread([loading, path, options] { loading->run(path, options); });
    return promise;
  }

 private:
  using Step = std::function<void(Napi::Env, Loading&)>;

  static void call_step(Napi::Env env, Napi::Function, Loading* loading, Step* step) {
    const std::unique_ptr<Step> owned(step);
    if (env != nullptr) (*step)(env, *loading);
  }
  using Function = Napi::TypedThreadSafeFunction<Loading, Step, call_step>;

  explicit Loading(Napi::Env env) : deferred_(env) {}
  ~Loading() {
    if (thread_.joinable()) thread_.join();
  }

  void run(const std::string& path, const LoadOptions& options) {
    try {
      auto loaded =
          std::make_shared<LoadedEngine>(load_engine(path, options, [this](double fraction) {
            send([fraction](Napi::Env env, Loading& loading) {
              if (!loading.on_progress_.IsEmpty())
                loading.on_progress_.Call({Napi::Number::New(env, fraction)});
            });
          }));
      send([loaded](Napi::Env env, Loading& loading) {
        Napi::FunctionReference& constructor = *env.GetInstanceData<Napi::FunctionReference>();
        loading.deferred_.Resolve(
            constructor.New({Napi::External<LoadedEngine>::New(env, loaded.get())}));
      });
    } catch (const std::exception& exception) {
      send([error = to_error(exception)](Napi::Env env, Loading& loading) {
        loading.deferred_.Reject(to_js_error(env, error).Value());
      });
    }
    function_.Release();
  }

  void send(Step step) {
    auto owned = std::make_unique<Step>(std::move(step));
    if (function_.BlockingCall(owned.get()) == napi_ok) owned.release();
  }

  Napi::Promise::Deferred deferred_;
  Napi::FunctionReference on_progress_;
  Function function_;
  std::thread thread_;
};

Napi::Value cpu_features(const Napi::CallbackInfo& call) {
  const cpu::CpuFeatures f = cpu::detect_cpu_features();
  Napi::Object o = Napi::Object::New(call.Env());
  o.Set("vendor", f.vendor);
  o.Set("model", f.model);
  o.Set("cores", f.cores);
  o.Set("avx2", f.avx2);
  o.Set("avx512", f.avx512);
  o.Set("avx512vnni", f.avx512_vnni);
  o.Set("avx512bf16", f.avx512_bf16);
  o.Set("amxInt8", f.amx_int8);
  o.Set("amxBf16", f.amx_bf16);
  return o;
}

}  // namespace

void register_engine(Napi::Env env, Napi::Object exports) {
  auto constructor =
      std::make_unique<Napi::FunctionReference>(Napi::Persistent(EngineObject::define(env)));
  env.SetInstanceData(constructor.release());
  exports.Set("loadEngine", Napi::Function::New<Loading::start>(env, "loadEngine"));
}

void register_cpu_features(Napi::Env env, Napi::Object exports) {
  exports.Set("cpuFeatures", Napi::Function::New<cpu_features>(env, "cpuFeatures"));
}

}  // namespace lacuna::addon
