#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vitrobust {

/// Up to `count` of the known names nearest to a misspelt one by edit distance; empty when none is near.
std::vector<std::string> nearest_names(std::string_view name, std::span<const std::string> known,
                                       std::size_t count = 3);

/// "did you mean 'pgd' or 'apgd'?", or the list of all names when none is near: the hint for an unknown name.
std::string unknown_name_hint(std::string_view name, std::span<const std::string> known);

}  // namespace vitrobust
