#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>

namespace vitrobust::models {

/// A position embedding for images of another size, as timm does it (resample_abs_pos_embed, timm 1.0.31):
/// the patches' positions as an image of C channels, resized by bicubic interpolation with antialiasing,
/// corners not aligned, in float32; the prefix tokens' positions stay. A grid that does not change leaves the
/// very bits.
/// @param embedding  [1, prefix + rows · columns of old_grid, C], any floating dtype, which the result has
/// too
/// @param old_grid, new_grid  rows and columns of patches
/// @param prefix     positions before the patches'
/// @throws InternalError for another shape
at::Tensor resample_position_embedding(const at::Tensor& embedding,
                                       const std::array<std::int64_t, 2>& old_grid,
                                       const std::array<std::int64_t, 2>& new_grid, std::int64_t prefix);

}  // namespace vitrobust::models
