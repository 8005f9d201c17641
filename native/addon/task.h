// Work for a thread of Node's pool, with a promise for its result.
#pragma once

#include <napi.h>

#include <functional>
#include <memory>
#include <utility>

#include "addon/errors.h"

namespace lacuna::addon {

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

}  // namespace lacuna::addon
