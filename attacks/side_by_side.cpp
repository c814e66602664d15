#include "attacks/side_by_side.h"

#include <torch/torch.h>

#include <algorithm>

namespace vitrobust::attacks {

std::int64_t runs_side_by_side(std::int64_t rows_at_once, std::int64_t samples, std::int64_t left) {
  return std::clamp<std::int64_t>(2 * rows_at_once / samples, 1, left);
}

RepeatedInput::RepeatedInput(const at::Tensor& images, const at::Tensor& labels,
                             const std::vector<std::uint64_t>& sample_ids, std::int64_t count)
    : images_(images.repeat({count, 1, 1, 1})), labels_(labels.repeat(count)) {
  for (std::int64_t i = 0; i < count; ++i)
    sample_ids_.insert(sample_ids_.end(), sample_ids.begin(), sample_ids.end());
}

}  // namespace vitrobust::attacks
