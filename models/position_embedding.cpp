#include "models/position_embedding.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/torch.h>

#include "core/error.h"

namespace vitrobust::models {

at::Tensor resample_position_embedding(const at::Tensor& embedding,
                                       const std::array<std::int64_t, 2>& old_grid,
                                       const std::array<std::int64_t, 2>& new_grid, std::int64_t prefix) {
  const auto [rows, columns] = old_grid;
  if (embedding.dim() != 3 || embedding.size(0) != 1 || prefix < 0 ||
      embedding.size(1) != prefix + rows * columns)
    throw InternalError(fmt::format("a position embedding of shape [{}] for {} and a grid of {}x{}",
                                    fmt::join(embedding.sizes(), ", "), prefix, rows, columns));
  if (new_grid == old_grid) return embedding;
  const auto width = embedding.size(2);
  const auto image = embedding.slice(1, prefix)
                         .to(at::kFloat)
                         .reshape({1, rows, columns, width})
                         .permute({0, 3, 1, 2})
                         .contiguous();
  const auto resized = at::_upsample_bicubic2d_aa(image, new_grid, /*align_corners=*/false)
                           .permute({0, 2, 3, 1})
                           .reshape({1, new_grid[0] * new_grid[1], width})
                           .to(embedding.scalar_type());
  return prefix == 0 ? resized : at::cat({embedding.slice(1, 0, prefix), resized}, 1);
}

}  // namespace vitrobust::models
