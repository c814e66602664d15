#pragma once

#include <memory>

#include "corruptions/corruption.h"

namespace vitrobust::corruptions {

/// How far, in pixels, elastic_transform has each pixel of an image read from its own place, drawn from
/// context.random: height·width horizontal displacements, row-major, then as many vertical ones. What lies
/// behind them was scratch memory.
std::unique_ptr<double[]> draw_displacements(int height, int width, const CorruptionContext& context);

}  // namespace vitrobust::corruptions
