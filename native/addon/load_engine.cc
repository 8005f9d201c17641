#include <napi.h>

#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "addon/engine_object.h"
#include "addon/errors.h"
#include "addon/registrations.h"
#include "addon/request.h"

namespace lacuna::addon {
namespace {

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
    std::exception_ptr error;
    try {
      auto loaded =
          std::make_shared<LoadedEngine>(load_engine(path, options, [this](double fraction) {
            send([fraction](Napi::Env env, Loading& loading) {
              if (!loading.on_progress_.IsEmpty())
                loading.on_progress_.Call({Napi::Number::New(env, fraction)});
            });
          }));
      send([loaded](Napi::Env env, Loading& loading) {
        loading.deferred_.Resolve(make_engine_object(env, *loaded));
      });
    } catch (...) {
      error = std::current_exception();
    }
    if (error) {
      send([error = std::move(error)](Napi::Env env, Loading& loading) {
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

}  // namespace

void register_load_engine(Napi::Env env, Napi::Object exports) {
  define_engine_object(env);
  exports.Set("loadEngine", Napi::Function::New<Loading::start>(env, "loadEngine"));
}

}  // namespace lacuna::addon
