#include "settings.h"

#include <charconv>
#include <stdexcept>

namespace lacuna::emulation {
namespace {

[[noreturn]] void refuse(std::string_view part) {
  throw std::invalid_argument("the emulated device has no setting " + std::string(part));
}

uint64_t number(std::string_view value, std::string_view part) {
  uint64_t n = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), n);
  const std::string_view unit(end, static_cast<size_t>(value.data() + value.size() - end));
  if (error != std::errc()) refuse(part);
  if (unit == "k") return n << 10;
  if (unit == "m") return n << 20;
  if (unit == "g") return n << 30;
  if (!unit.empty()) refuse(part);
  return n;
}

Order order_named(std::string_view value, std::string_view part) {
  if (value == "forward") return Order::kForward;
  if (value == "reverse") return Order::kReverse;
  if (value == "random") return Order::kRandom;
  if (value == "greedy") return Order::kGreedy;
  refuse(part);
}

void apply(Settings& s, std::string_view part) {
  const size_t equals = part.find('=');
  if (equals == std::string_view::npos) refuse(part);
  const std::string_view name = part.substr(0, equals), value = part.substr(equals + 1);
  if (name == "order") {
    s.order = order_named(value, part);
  } else if (name == "landing" && (value == "early" || value == "late")) {
    s.landing = value == "late" ? Landing::kLate : Landing::kEarly;
  } else if (name == "coalescing" && (value == "on" || value == "off")) {
    s.coalescing = value == "on";
  } else if (name == "seed") {
    s.seed = static_cast<uint32_t>(number(value, part));
  } else if (name == "memory") {
    s.memory = number(value, part);
  } else if (name == "devices") {
    s.devices = static_cast<int>(number(value, part));
  } else if (name == "driver") {
    s.driver = static_cast<int>(number(value, part));
  } else if (name == "capability") {
    s.capability = static_cast<int>(number(value, part));
  } else if (name == "fail_allocation") {
    s.fail_allocation = number(value, part);
  } else if (name == "lose_launch") {
    s.lose_launch = number(value, part);
  } else {
    refuse(part);
  }
}

}  // namespace

Settings parse_settings(std::string_view text) {
  Settings settings;
  while (!text.empty()) {
    const size_t comma = text.find(',');
    apply(settings, text.substr(0, comma));
    text = comma == std::string_view::npos ? "" : text.substr(comma + 1);
  }
  return settings;
}

}  // namespace lacuna::emulation
