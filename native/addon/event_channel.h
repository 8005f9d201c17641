// The way from the engine's thread to JavaScript callbacks: one channel an engine, so that events
// of all its requests arrive in the order in which they happened.
#pragma once

#include <napi.h>

#include <memory>

#include "runtime/request.h"

namespace lacuna::addon {

class EventChannel {
 public:
  explicit EventChannel(Napi::Env env);
  ~EventChannel();
  EventChannel(const EventChannel&) = delete;
  EventChannel& operator=(const EventChannel&) = delete;

  // A listener that calls on_token(id, text, logProbability) in order and then on_end(error,
  // summary) once, on the JavaScript thread. The process stays alive until on_end was called. Call
  // on the JavaScript thread.
  Listener listen(const Napi::Function& on_token, const Napi::Function& on_end);

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace lacuna::addon
