#pragma once

#include <vector>

#include "corruptions/corruption.h"

namespace vitrobust::corruptions {

/// The liquid of spatter, row-major, drawn from context.random: smoothed Gaussian noise, 0 where it is below
/// the severity's threshold.
std::vector<double> draw_liquid(int height, int width, const CorruptionContext& context);

}  // namespace vitrobust::corruptions
