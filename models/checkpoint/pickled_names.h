#pragma once

#include <string>
#include <utility>
#include <vector>

#include "models/checkpoint/pickle_value.h"

namespace vitrobust::models {

using NamedValues = std::vector<std::pair<std::string, const PickleValue*>>;

/// The dict that a pickled torch.nn.Module keeps its parts in, or nullptr when `value` is none.
const PickleValue* module_state(const PickleValue* value);

/// Tensors, arrays and objects that cannot be read, directly or deeper in a dict or module, with their keys
/// joined by dots. Each dict is entered once, so that circles and sharing do no harm.
/// @throws InputError when there are more than 65,536, or dicts lie deeper in each other than 64
NamedValues named_values(const PickleValue* value, const std::string& source);

/// Whether `value` is a tensor or an array.
bool holds_numbers(const PickleValue* value);

}  // namespace vitrobust::models
