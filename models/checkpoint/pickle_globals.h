#pragma once

#include "models/checkpoint/pickle_input.h"
#include "models/checkpoint/pickle_value.h"

namespace vitrobust::models {

struct PickleContext {
  PickleArena& arena;
  const PickleInput& input;
};

/// What calling a class or function with a tuple of arguments makes: one of the table's values, or an inert
/// PickleObject. @throws InputError when the arguments cannot be those of a call that the table knows
PickleRef call_global(const PickleContext& context, PickleRef callable, PickleRef arguments);

/// Gives a value the state that pickle's BUILD has for it; ignored where it says nothing about the weights.
void build_value(PickleRef value, PickleRef state);

}  // namespace vitrobust::models
