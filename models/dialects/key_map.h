#pragma once

#include <string>

#include "models/checkpoint/tensor_catalogue.h"

namespace vitrobust::models {

/// Renames a catalogue's tensors by the regular expressions (ECMAScript) of a file, one `expression →
/// replacement` (or `->`) a line; `$1` is the first group, empty lines and those that begin with '#' say
/// nothing. Every line is applied to every name, in their order. A tensor whose name becomes empty is
/// dropped. The result may have the names of any dialect.
/// @return the names of the dropped tensors
/// @throws InputError for lines that are no such rule, expressions that match nothing, and two tensors of one
/// name
std::vector<std::string> apply_key_map(const std::string& path, TensorCatalogue& catalogue);

}  // namespace vitrobust::models
