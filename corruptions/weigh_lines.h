#pragma once

#include <cstddef>

namespace vitrobust::corruptions {

/// out[i] = Σ_k weights[k] lines[k][i], the terms added in order: the same on every processor.
void weigh_lines(double* out, std::size_t size, const double* const* lines, const double* weights,
                 std::size_t count);

}  // namespace vitrobust::corruptions
