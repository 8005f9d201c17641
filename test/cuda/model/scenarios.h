// What a model is taken through.
#pragma once

#include <span>

#include "model/trial.h"

namespace lacuna::model_check {

struct Scenario {
  const char* name;
  void (*run)(Trial& trial);
};

std::span<const Scenario> scenarios();

}  // namespace lacuna::model_check
