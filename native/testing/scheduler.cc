// `new Scheduler(options)`: the scheduler over a made-up device, a step at a time on the JavaScript
// thread, so that a test decides what comes when – between any two rows of any layer.
#include <atomic>
#include <string>

#include "addon/request.h"
#include "runtime/scheduler.h"
#include "testing/arguments.h"
#include "testing/fake_device.h"
#include "testing/testing.h"

namespace lacuna::testing {
namespace {

FakeDrafts to_drafts(const Napi::Value& value) {
  if (value.IsUndefined()) return FakeDrafts::kNone;
  return value.ToString().Utf8Value() == "right" ? FakeDrafts::kRight : FakeDrafts::kWrong;
}

FakeOptions to_options(const Napi::Object& o) {
  const FakeOptions standard;
  const auto whole = [&o](const char* name, size_t fallback) {
    return static_cast<size_t>(number_field(o, name, static_cast<double>(fallback)));
  };
  return {.layers = whole("layers", standard.layers),
          .vocabulary = whole("vocabulary", standard.vocabulary),
          .context_length = whole("contextLength", standard.context_length),
          .max_chunk = whole("chunk", standard.max_chunk),
          .pages = whole("pages", standard.pages),
          .rounds = o.Get("rounds").ToBoolean(),
          .keeps_logits = o.Get("keepsLogits").ToBoolean(),
          .drafts = to_drafts(o.Get("drafts"))};
}

// Every token of the made-up vocabulary reads as its id and a blank, but that every so many are
// line ends.
Vocabulary numbers(size_t size, size_t line_ends) {
  std::vector<std::string> texts;
  for (size_t id = 0; id < size; ++id) {
    const bool end = line_ends > 0 && id % line_ends == line_ends - 1;
    texts.push_back(end ? "\n" : std::to_string(id) + ' ');
  }
  return Vocabulary::of(std::vector<std::string_view>(texts.begin(), texts.end()));
}

class SchedulerProbe final : public Napi::ObjectWrap<SchedulerProbe> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "Scheduler",
                       {
                           InstanceMethod<&SchedulerProbe::add>("add"),
                           InstanceMethod<&SchedulerProbe::cancel>("cancel"),
                           InstanceMethod<&SchedulerProbe::forget>("forget"),
                           InstanceMethod<&SchedulerProbe::run>("run"),
                           InstanceMethod<&SchedulerProbe::events>("events"),
                           InstanceMethod<&SchedulerProbe::passes>("passes"),
                           InstanceMethod<&SchedulerProbe::faults>("faults"),
                           InstanceMethod<&SchedulerProbe::rows_brought>("rowsBrought"),
                           InstanceMethod<&SchedulerProbe::guesses>("guesses"),
                           InstanceMethod<&SchedulerProbe::usage>("usage"),
                           InstanceMethod<&SchedulerProbe::match>("match"),
                       });
  }

  explicit SchedulerProbe(const Napi::CallbackInfo& call)
      : Napi::ObjectWrap<SchedulerProbe>(call),
        device_(to_options(call[0].As<Napi::Object>())),
        vocabulary_(
            numbers(device_.config().vocabulary,
                    static_cast<size_t>(number_field(call[0].As<Napi::Object>(), "lineEnds", 0)))),
        tree_(device_.pages(),
              [this](PageId from, PageId to, size_t n) { device_.copy_page(from, to, n); }),
        scheduler_(device_, vocabulary_, tree_) {
    device_.on_unit = [this] {
      if (units_ > 0 && --units_ == 0) interrupt_ = true;
    };
  }

 private:
  struct Happened {
    uint64_t handle;
    std::optional<TokenEvent> token;  // else it ended
    std::exception_ptr error;
    Summary summary;
  };

  Napi::Value add(const Napi::CallbackInfo& call) {
    Request request = addon::to_request(call[0].As<Napi::Object>());
    const uint64_t handle = ++last_;
    Listener listener{.on_token =
                          [this, handle](TokenEvent token) {
                            happened_.push_back({handle, std::move(token), nullptr, {}});
                          },
                      .on_end =
                          [this, handle](std::exception_ptr error, const Summary& summary) {
                            happened_.push_back({handle, std::nullopt, std::move(error), summary});
                          }};
    scheduler_.add(handle, std::move(request), std::move(listener));
    return Napi::Number::New(call.Env(), static_cast<double>(handle));
  }

  void cancel(const Napi::CallbackInfo& call) {
    scheduler_.cancel(static_cast<uint64_t>(call[0].ToNumber().Int64Value()));
  }

  void forget(const Napi::CallbackInfo&) { scheduler_.forget(); }

  // run(units?): one step of the lane whose turn it is, or as many units of it; the lane, or
  // undefined where there is nothing to do.
  Napi::Value run(const Napi::CallbackInfo& call) {
    const std::optional<Lane> lane = scheduler_.lane();
    if (!lane) return call.Env().Undefined();
    units_ = call[0].IsUndefined() ? 0 : call[0].ToNumber().Uint32Value();
    interrupt_ = false;
    scheduler_.run(interrupt_);
    return Napi::Number::New(call.Env(), static_cast<double>(*lane));
  }

  // What was heard since the last call.
  Napi::Value events(const Napi::CallbackInfo& call) {
    const Napi::Env env = call.Env();
    Napi::Array out = Napi::Array::New(env);
    for (const Happened& h : happened_) {
      Napi::Object o = Napi::Object::New(env);
      o.Set("handle", static_cast<double>(h.handle));
      if (h.token) {
        o.Set("id", h.token->id);
        o.Set("text", h.token->text);
        o.Set("logProbability", h.token->log_probability);
      } else if (h.error) {
        o.Set("error", message(h.error));
      } else {
        o.Set("reason", finish_reason_name(h.summary.reason));
        o.Set("promptTokens", static_cast<double>(h.summary.prompt_tokens));
        o.Set("residentTokens", static_cast<double>(h.summary.resident_tokens));
        o.Set("generatedTokens", static_cast<double>(h.summary.generated_tokens));
        o.Set("trimmedTokens", static_cast<double>(h.summary.trimmed_tokens));
        o.Set("mtpDraftedTokens", static_cast<double>(h.summary.mtp_drafted_tokens));
        o.Set("mtpAcceptedTokens", static_cast<double>(h.summary.mtp_accepted_tokens));
      }
      out[out.Length()] = o;
    }
    happened_.clear();
    return out;
  }

  static std::string message(const std::exception_ptr& error) {
    try {
      std::rethrow_exception(error);
    } catch (const std::exception& exception) {
      return exception.what();
    }
  }

  // The passes that were begun since the last call.
  Napi::Value passes(const Napi::CallbackInfo& call) {
    const Napi::Env env = call.Env();
    Napi::Array out = Napi::Array::New(env);
    for (const FakeDevice::Begun& begun : device_.begun) {
      Napi::Object o = Napi::Object::New(env);
      o.Set("lane", static_cast<double>(begun.pass));
      o.Set("kind", begun.kind == PassKind::kDecode ? "decode" : "prefill");
      Napi::Array chunks = Napi::Array::New(env);
      for (const auto& [position, tokens] : begun.chunks) {
        Napi::Object chunk = Napi::Object::New(env);
        chunk.Set("position", static_cast<double>(position));
        chunk.Set("tokens", static_cast<double>(tokens));
        chunks[chunks.Length()] = chunk;
      }
      o.Set("chunks", chunks);
      out[out.Length()] = o;
    }
    device_.begun.clear();
    return out;
  }

  Napi::Value faults(const Napi::CallbackInfo& call) {
    Napi::Array out = Napi::Array::New(call.Env());
    for (const std::string& fault : device_.faults) out[out.Length()] = fault;
    return out;
  }

  Napi::Value rows_brought(const Napi::CallbackInfo& call) {
    return Napi::Number::New(call.Env(), static_cast<double>(device_.rows_brought));
  }

  Napi::Value guesses(const Napi::CallbackInfo& call) {
    return Napi::Number::New(call.Env(), static_cast<double>(device_.guesses));
  }

  Napi::Value usage(const Napi::CallbackInfo& call) { return to_object(call.Env(), tree_.usage()); }

  Napi::Value match(const Napi::CallbackInfo& call) {
    return Napi::Number::New(call.Env(), static_cast<double>(tree_.match(to_tokens(call[0]))));
  }

  FakeDevice device_;
  const Vocabulary vocabulary_;
  PrefixTree tree_;
  Scheduler scheduler_;
  std::atomic<bool> interrupt_{false};
  size_t units_ = 0;  // left until the interrupt; 0: none
  uint64_t last_ = 0;
  std::vector<Happened> happened_;
};

}  // namespace

void register_scheduler(Napi::Env env, Napi::Object exports) {
  exports.Set("Scheduler", SchedulerProbe::define(env));
}

}  // namespace lacuna::testing
