// The CPU's own router is the reference: what it chooses, the kernel must.
#include "router.h"

#include <algorithm>
#include <limits>

#include "cases/case.h"
#include "cpu/router.h"

namespace lacuna::cases {
namespace {

struct Shape {
  RoutingConfig routing;
  uint32_t tokens;
  bool bias;
};

using Logits = std::vector<float>;

// 1: another choice than the reference's; else the largest relative error of a weight.
double check(const Bench& bench, const Shape& s, const Logits& logits, const Logits& bias) {
  const RoutingConfig& r = s.routing;
  const size_t choices = size_t{s.tokens} * r.experts_used;
  const cuda::DeviceBuffer logit_buffer = bench.upload(logits);
  const cuda::DeviceBuffer bias_buffer = s.bias ? bench.upload(bias) : bench.empty(sizeof(float));
  const cuda::DeviceBuffer chosen = bench.empty(choices * sizeof(uint32_t));
  const cuda::DeviceBuffer weights = bench.empty(choices * sizeof(float));
  kernels::RouteTokensParams p{};
  p.logits = logit_buffer.as<const float>();
  p.bias = s.bias ? bias_buffer.as<const float>() : nullptr;
  p.chosen = chosen.as<uint32_t>();
  p.weights = weights.as<float>();
  p.tokens = s.tokens;
  p.experts = r.experts;
  p.used = r.experts_used;
  p.groups = r.groups;
  p.groups_used = r.groups_used;
  p.gating = r.gating == Gating::kSoftmax ? kernels::RouterGating::kSoftmax
                                          : kernels::RouterGating::kSigmoid;
  p.normalize = r.normalize_weights;
  p.scale = r.weight_scale;
  cuda::Kernel<kernels::RouteTokensParams>(bench.library, "route_tokens")
      .launch(bench.stream, {(s.tokens + kernels::kRouterTokens - 1) / kernels::kRouterTokens},
              kernels::kRouterThreads, 0, p);

  Logits probabilities = logits, choice(r.experts + r.groups), expected_weights(choices);
  std::vector<uint32_t> expected(choices);
  for (uint32_t t = 0; t < s.tokens; ++t) {
    cpu::route(r, &probabilities[size_t{t} * r.experts], s.bias ? bias.data() : nullptr,
               choice.data(), &expected[size_t{t} * r.experts_used],
               &expected_weights[size_t{t} * r.experts_used]);
  }
  if (bench.download<uint32_t>(chosen) != expected) return 1;
  const auto actual = bench.download<float>(weights);
  double error = 0;
  for (size_t i = 0; i < choices; ++i) {
    if (std::isnan(expected_weights[i]) && std::isnan(actual[i])) continue;
    const double difference = std::abs(double{actual[i]} - double{expected_weights[i]});
    error =
        std::max(error, difference == 0 ? 0 : difference / std::abs(double{expected_weights[i]}));
  }
  return error;
}

double check_random(const Bench& bench, const Shape& s) {
  Random random(s.routing.experts + s.tokens);
  const Logits logits = random.numbers(size_t{s.tokens} * s.routing.experts, 4);
  return check(bench, s, logits, random.numbers(s.routing.experts, 0.5f));
}

// Few different values, so that most choices are between equals; with `odd` ones, in some tokens
// all of them.
double check_ties(const Bench& bench, const Shape& s, const std::vector<float>& odd) {
  Random random(7);
  Logits logits(size_t{s.tokens} * s.routing.experts), bias(s.routing.experts);
  const float common[] = {-1, 0, 0.5f, 2};
  for (float& b : bias) b = common[random.below(4)];
  for (uint32_t t = 0; t < s.tokens; ++t) {
    for (uint32_t e = 0; e < s.routing.experts; ++e) {
      const bool is_odd = !odd.empty() && (t % 5 == 4 || random.below(4) < t % 5);
      logits[size_t{t} * s.routing.experts + e] =
          is_odd ? odd[random.below(static_cast<uint32_t>(odd.size()))] : common[random.below(4)];
    }
  }
  if (!odd.empty()) bias[s.routing.experts / 2] = odd.front();
  return check(bench, s, logits, bias);
}

std::string text(const Shape& s) {
  const RoutingConfig& r = s.routing;
  return std::to_string(s.tokens) + " tokens, " + std::to_string(r.experts_used) + " of " +
         std::to_string(r.experts) + " experts, " + std::to_string(r.groups_used) + " of " +
         std::to_string(r.groups) + " groups, " +
         (r.gating == Gating::kSoftmax ? "softmax" : "sigmoid");
}

}  // namespace

void add_router_cases(std::vector<Case>& cases) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity(), kNone = NAN;
  const Shape shapes[] = {{{8, 2, 1, 1, Gating::kSoftmax, false, 1}, 1, false},
                          {{8, 2, 4, 2, Gating::kSigmoid, true, 1}, 7, true},
                          {{16, 3, 16, 5, Gating::kSigmoid, true, 2.5f}, 7, true},
                          {{64, 6, 1, 1, Gating::kSoftmax, false, 1}, 64, false},
                          {{64, 6, 1, 1, Gating::kSoftmax, true, 1}, 2, true},
                          {{72, 8, 6, 3, Gating::kSoftmax, false, 4}, 7, false},
                          {{160, 6, 8, 3, Gating::kSoftmax, false, 16}, 600, false},
                          {{160, 6, 8, 8, Gating::kSoftmax, false, 16}, 1, false},
                          {{256, 8, 8, 4, Gating::kSigmoid, true, 2.5f}, 64, true},
                          {{256, 8, 1, 1, Gating::kSigmoid, false, 1}, 2, false},
                          {{512, 32, 32, 2, Gating::kSigmoid, true, 1}, 3, true},
                          {{1, 1, 1, 1, Gating::kSoftmax, true, 1}, 2, false}};
  for (const Shape& s : shapes) {
    cases.push_back({"route_tokens, " + text(s), 1e-5,
                     [s](const Bench& bench) { return check_random(bench, s); },
                     uint64_t{s.tokens} * s.routing.experts * sizeof(float)});
    if (s.tokens < 7 || s.tokens > 64) continue;
    cases.push_back({"route_tokens, ties, " + text(s), 1e-5,
                     [s](const Bench& bench) { return check_ties(bench, s, {}); }});
    cases.push_back({"route_tokens, odd numbers, " + text(s), 1e-5, [s](const Bench& bench) {
                       return check_ties(bench, s, {kNone, -kInfinity, kInfinity});
                     }});
    cases.push_back({"route_tokens, minus infinity, " + text(s), 1e-5, [s](const Bench& bench) {
                       return check_ties(bench, s, {-kInfinity, -0.0f});
                     }});
  }
}

}  // namespace lacuna::cases
