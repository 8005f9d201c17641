#include "addon/event_channel.h"

#include <mutex>
#include <utility>
#include <variant>

#include "addon/errors.h"

namespace lacuna::addon {
namespace {

Napi::Array lines_array(Napi::Env env, const std::vector<FoundLine>& lines) {
  Napi::Array out = Napi::Array::New(env, lines.size());
  for (uint32_t i = 0; i < out.Length(); ++i) {
    Napi::Array tokens = Napi::Array::New(env, lines[i].tokens.size());
    for (uint32_t j = 0; j < tokens.Length(); ++j) {
      const TokenEvent& token = lines[i].tokens[j];
      Napi::Object o = Napi::Object::New(env);
      o.Set("id", token.id);
      o.Set("text", token.text);
      o.Set("logProbability", static_cast<double>(token.log_probability));
      tokens[j] = o;
    }
    Napi::Object line = Napi::Object::New(env);
    line.Set("tokens", tokens);
    line.Set("logProbability", lines[i].log_probability);
    out[i] = line;
  }
  return out;
}

Napi::Object summary_object(Napi::Env env, const Summary& summary) {
  Napi::Object o = Napi::Object::New(env);
  o.Set("reason", finish_reason_name(summary.reason));
  o.Set("promptTokens", static_cast<double>(summary.prompt_tokens));
  o.Set("residentTokens", static_cast<double>(summary.resident_tokens));
  o.Set("generatedTokens", static_cast<double>(summary.generated_tokens));
  o.Set("healedTokens", static_cast<double>(summary.healed_tokens));
  o.Set("draftedTokens", static_cast<double>(summary.drafted_tokens));
  o.Set("acceptedTokens", static_cast<double>(summary.accepted_tokens));
  o.Set("mtpDraftedTokens", static_cast<double>(summary.mtp_drafted_tokens));
  o.Set("mtpAcceptedTokens", static_cast<double>(summary.mtp_accepted_tokens));
  o.Set("trimmedTokens", static_cast<double>(summary.trimmed_tokens));
  o.Set("prefillMs", summary.prefill_ms);
  o.Set("decodeMs", summary.decode_ms);
  if (!summary.lines.empty()) o.Set("lines", lines_array(env, summary.lines));
  return o;
}

// The callbacks of one request; made and deleted on the JavaScript thread.
struct Callbacks {
  Napi::FunctionReference on_token;
  Napi::FunctionReference on_end;
};

struct End {
  std::exception_ptr error;
  Summary summary;
};

struct Event {
  Callbacks* callbacks;
  std::variant<TokenEvent, End> what;
};

}  // namespace

class EventChannel::Impl {
 public:
  // Node deletes the thread-safe function by itself when the environment is torn down, which may
  // come before the engine's thread has ended and before the channel is destroyed: until its
  // finalizer has run, and not later, it may be used.
  static std::shared_ptr<Impl> make(Napi::Env env) {
    auto impl = std::make_shared<Impl>(env);
    auto* keep = new std::shared_ptr<Impl>(impl);
    impl->function_ = Function::New(
        env, "lacuna engine", 0, 1, impl.get(),
        [](Napi::Env, std::shared_ptr<Impl>* kept, Impl*) {
          const std::unique_ptr<std::shared_ptr<Impl>> owned(kept);
          const std::lock_guard lock((*kept)->mutex_);
          (*kept)->open_ = false;
        },
        keep);
    impl->function_.Unref(env);
    return impl;
  }

  explicit Impl(Napi::Env env) : env_(env) {}

  Callbacks* open(const Napi::Function& on_token, const Napi::Function& on_end) {
    if (pending_++ == 0) function_.Ref(env_);
    return new Callbacks{Napi::Persistent(on_token), Napi::Persistent(on_end)};
  }

  // From any thread. Where the environment is being torn down nobody is left to hear the event.
  void send(Event event) {
    auto owned = std::make_unique<Event>(std::move(event));
    const std::lock_guard lock(mutex_);
    if (open_ && function_.BlockingCall(owned.get()) == napi_ok) owned.release();
  }

  void release() {
    const std::lock_guard lock(mutex_);
    if (open_) function_.Release();
    open_ = false;
  }

 private:
  static void call(Napi::Env env, Napi::Function, Impl* impl, Event* event) {
    const std::unique_ptr<Event> owned(event);
    if (env == nullptr) return;
    if (const auto* token = std::get_if<TokenEvent>(&event->what)) {
      event->callbacks->on_token.Call(
          {Napi::Number::New(env, token->id), Napi::String::New(env, token->text),
           Napi::Number::New(env, static_cast<double>(token->log_probability))});
      return;
    }
    const std::unique_ptr<Callbacks> done(event->callbacks);
    if (--impl->pending_ == 0) impl->function_.Unref(env);
    const End& end = std::get<End>(event->what);
    if (end.error) {
      done->on_end.Call({to_js_error(env, end.error).Value(), env.Null()});
    } else {
      done->on_end.Call({env.Null(), summary_object(env, end.summary)});
    }
  }

  using Function = Napi::TypedThreadSafeFunction<Impl, Event, call>;

  Napi::Env env_;
  std::mutex mutex_;
  bool open_ = true;    // whether function_ may be used; guarded by mutex_
  size_t pending_ = 0;  // requests that have not ended; JavaScript thread only
  Function function_;
};

EventChannel::EventChannel(Napi::Env env) : impl_(Impl::make(env)) {}

EventChannel::~EventChannel() {
  impl_->release();
}

Listener EventChannel::listen(const Napi::Function& on_token, const Napi::Function& on_end) {
  Callbacks* callbacks = impl_->open(on_token, on_end);
  return {
      .on_token = [impl = impl_,
                   callbacks](TokenEvent token) { impl->send({callbacks, std::move(token)}); },
      .on_end =
          [impl = impl_, callbacks](std::exception_ptr error, const Summary& summary) {
            impl->send({callbacks, End{std::move(error), summary}});
          },
  };
}

}  // namespace lacuna::addon
