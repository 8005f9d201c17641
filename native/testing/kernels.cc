// `kernel({path, name, …})`: one inner loop; `linear({path, type, …})`: a weight matrix times
// activations; `gated({path, type, …})`: two matrices and what stands between them and a third;
// `route({…})`: the choice of experts.
#include "cpu/kernels.h"

#include <algorithm>

#include "addon/errors.h"
#include "cpu/linear.h"
#include "cpu/router.h"
#include "testing/arguments.h"
#include "testing/testing.h"

namespace lacuna::testing {
namespace {

Napi::Value kernel(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return addon::guarded(env, [&]() -> Napi::Value {
    const auto o = info[0].As<Napi::Object>();
    const cpu::Kernels& k = kernels_field(o);
    const std::string name = o.Get("name").As<Napi::String>().Utf8Value();
    std::vector<float> x = floats_field(o, "x");
    const std::vector<float> y = floats_field(o, "y");
    const auto factor = static_cast<float>(number_field(o, "factor", 0));
    if (name == "multiply") {
      const size_t tokens = size_field(o, "tokens"), rows = size_field(o, "rows"),
                   columns = size_field(o, "columns");
      std::vector<float> out(tokens * rows);
      k.multiply(x.data(), columns, tokens, y.data(), columns, rows, columns, out.data(), rows);
      return to_array(env, out);
    }
    if (name == "weightedSum") {
      std::vector<float> out = floats_field(o, "out");
      k.weighted_sum(x.data(), x.size(), y.data(), out.size(), out.size(), out.data());
      return to_array(env, out);
    }
    if (name == "rmsNorm") {
      k.rms_norm(x.data(), y.data(), x.data(), x.size(), factor);
    } else if (name == "siluMultiply") {
      k.silu_multiply(x.data(), y.data(), x.data(), x.size());
    } else if (name == "maximum") {
      x = {k.maximum(x.data(), x.size())};
    } else if (name == "exponentiate") {
      x.push_back(k.exponentiate(x.data(), x.size(), factor));  // the sum comes last
    } else if (name == "scale") {
      k.scale(x.data(), x.size(), factor);
    } else if (name == "addScaled") {
      k.add_scaled(x.data(), y.data(), x.size(), factor);
    } else {
      throw Error(ErrorCode::kInvalidArgument, "no kernel " + name, "Correct the test.");
    }
    return to_array(env, x);
  });
}

Napi::Value linear(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return addon::guarded(env, [&]() -> Napi::Value {
    const auto o = info[0].As<Napi::Object>();
    const auto blocks = o.Get("blocks").As<Napi::Uint8Array>();
    const size_t rows = size_field(o, "rows"), columns = size_field(o, "columns"),
                 tokens = size_field(o, "tokens");
    const std::vector<float> x = floats_field(o, "x");
    const Matrix w{reinterpret_cast<const std::byte*>(blocks.Data()),
                   TensorType{static_cast<uint32_t>(size_field(o, "type"))}, rows, columns,
                   blocks.ByteLength() / rows};
    cpu::ThreadPool pool(size_field(o, "threads"));
    cpu::Linear product(pool, kernels_field(o), tokens, columns);
    std::vector<float> out(tokens * rows);
    const bool decode = o.Get("decode").ToBoolean();
    product.set_input(x.data(), tokens, columns, decode ? PassKind::kDecode : PassKind::kPrefill);
    product.run(w, out.data());
    return to_array(env, out);
  });
}

// silu(gate · x) * (up · x) as the next product sees it: multiplied by the unit matrix in bfloat16.
Napi::Value gated(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return addon::guarded(env, [&]() -> Napi::Value {
    const auto o = info[0].As<Napi::Object>();
    const size_t rows = size_field(o, "rows"), columns = size_field(o, "columns"),
                 tokens = size_field(o, "tokens");
    const std::vector<float> x = floats_field(o, "x");
    const auto matrix = [&](const char* name) {
      const auto blocks = o.Get(name).As<Napi::Uint8Array>();
      return Matrix{reinterpret_cast<const std::byte*>(blocks.Data()),
                    TensorType{static_cast<uint32_t>(size_field(o, "type"))}, rows, columns,
                    blocks.ByteLength() / rows};
    };
    std::vector<uint16_t> unit(rows * rows);
    for (size_t i = 0; i < rows; ++i) unit[i * rows + i] = 0x3f80;
    const Matrix unit_matrix{reinterpret_cast<const std::byte*>(unit.data()), TensorType::kBF16,
                             rows, rows, rows * sizeof(uint16_t)};
    cpu::ThreadPool pool(size_field(o, "threads"));
    cpu::Linear product(pool, kernels_field(o), tokens, std::max(rows, columns));
    product.set_input(x.data(), tokens, columns, PassKind::kPrefill);
    const Matrix gate = matrix("gate"), up = matrix("up");
    if (!product.can_gate(gate, up, unit_matrix)) return env.Null();
    cpu::Buffer inner(cpu::packed_bf16_size(tokens, rows) / 2);
    product.run_gated(gate, up, reinterpret_cast<uint16_t*>(inner.data()));
    std::vector<float> out(tokens * rows);
    product.run(unit_matrix, out.data());
    return to_array(env, out);
  });
}

Napi::Value route(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto o = info[0].As<Napi::Object>();
  std::vector<float> logits = floats_field(o, "logits");
  const std::vector<float> bias = floats_field(o, "bias");
  const RoutingConfig config{
      .experts = static_cast<uint32_t>(logits.size()),
      .experts_used = static_cast<uint32_t>(size_field(o, "used")),
      .groups = static_cast<uint32_t>(size_field(o, "groups")),
      .groups_used = static_cast<uint32_t>(size_field(o, "groupsUsed")),
      .gating = o.Get("sigmoid").ToBoolean() ? Gating::kSigmoid : Gating::kSoftmax,
      .normalize_weights = o.Get("normalize").ToBoolean(),
      .weight_scale = static_cast<float>(number_field(o, "scale", 1)),
  };
  std::vector<float> choice(config.experts + config.groups), weights(config.experts_used);
  std::vector<uint32_t> experts(config.experts_used);
  cpu::route(config, logits.data(), bias.empty() ? nullptr : bias.data(), choice.data(),
             experts.data(), weights.data());
  auto ids = Napi::Int32Array::New(env, experts.size());
  std::copy(experts.begin(), experts.end(), ids.Data());
  Napi::Object out = Napi::Object::New(env);
  out.Set("experts", ids);
  out.Set("weights", to_array(env, weights));
  return out;
}

}  // namespace

void register_kernels(Napi::Env env, Napi::Object exports) {
  exports.Set("kernel", Napi::Function::New(env, kernel, "kernel"));
  exports.Set("linear", Napi::Function::New(env, linear, "linear"));
  exports.Set("gated", Napi::Function::New(env, gated, "gated"));
  exports.Set("route", Napi::Function::New(env, route, "route"));
}

}  // namespace lacuna::testing
