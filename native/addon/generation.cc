#include "addon/generation.h"

#include <memory>
#include <variant>

#include "addon/errors.h"

namespace lacuna::addon {
namespace {

struct End {
  std::exception_ptr error;
  Summary summary;
};
using Event = std::variant<TokenEvent, End>;

// The second callback; freed with the thread-safe function, on the JavaScript thread.
struct Context {
  Napi::FunctionReference on_end;
};

void call(Napi::Env env, Napi::Function on_token, Context* context, Event* event);
using Channel = Napi::TypedThreadSafeFunction<Context, Event, call>;

Napi::Object summary_object(Napi::Env env, const Summary& summary) {
  Napi::Object o = Napi::Object::New(env);
  o.Set("reason", finish_reason_name(summary.reason));
  o.Set("promptTokens", static_cast<double>(summary.prompt_tokens));
  o.Set("residentTokens", static_cast<double>(summary.resident_tokens));
  o.Set("generatedTokens", static_cast<double>(summary.generated_tokens));
  o.Set("prefillMs", summary.prefill_ms);
  o.Set("decodeMs", summary.decode_ms);
  return o;
}

Napi::Value error_value(Napi::Env env, const std::exception_ptr& pointer) {
  try {
    std::rethrow_exception(pointer);
  } catch (const std::exception& exception) {
    return to_js_error(env, to_error(exception)).Value();
  }
}

void call(Napi::Env env, Napi::Function on_token, Context* context, Event* event) {
  const std::unique_ptr<Event> owned(event);
  if (env == nullptr) return;  // the environment is being torn down
  if (const auto* token = std::get_if<TokenEvent>(event)) {
    on_token.Call({Napi::Number::New(env, token->id), Napi::String::New(env, token->text),
                   Napi::Number::New(env, static_cast<double>(token->log_probability))});
    return;
  }
  const End& end = std::get<End>(*event);
  if (end.error) {
    context->on_end.Call({error_value(env, end.error), env.Null()});
  } else {
    context->on_end.Call({env.Null(), summary_object(env, end.summary)});
  }
}

// Takes ownership of the event whatever happens.
void send(Channel& channel, Event event) {
  auto owned = std::make_unique<Event>(std::move(event));
  if (channel.BlockingCall(owned.get()) == napi_ok) owned.release();
}

}  // namespace

Listener make_listener(Napi::Env env, const Napi::Function& on_token,
                       const Napi::Function& on_end) {
  auto* context = new Context{Napi::Persistent(on_end)};
  const auto channel = std::make_shared<Channel>(Channel::New(
      env, on_token, "lacuna generation", 0, 1, context,
      [](Napi::Env, void*, Context* done) { delete done; }, static_cast<void*>(nullptr)));
  return {
      .on_token = [channel](TokenEvent token) { send(*channel, std::move(token)); },
      .on_end =
          [channel](std::exception_ptr error, const Summary& summary) {
            send(*channel, End{std::move(error), summary});
            channel->Release();
          },
  };
}

}  // namespace lacuna::addon
