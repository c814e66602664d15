#include "attacks/patches.h"

#include <torch/torch.h>

#include "attacks/rows.h"
#include "core/random.h"

namespace vitrobust::attacks {
namespace {

std::int64_t rounded_up(std::int64_t pixels, std::int64_t patch_size) {
  return (pixels + patch_size - 1) / patch_size;
}

/// Images [N, C, H, W], zeros added where the edge cuts a patch, as [N · P, C · size · size].
at::Tensor unfold_patches(const at::Tensor& images, std::int64_t size) {
  const std::int64_t rows = rounded_up(images.size(2), size);
  const std::int64_t columns = rounded_up(images.size(3), size);
  const at::Tensor padded =
      at::constant_pad_nd(images, {0, columns * size - images.size(3), 0, rows * size - images.size(2)});
  return padded.reshape({images.size(0), images.size(1), rows, size, columns, size})
      .permute({0, 2, 4, 1, 3, 5})
      .reshape({images.size(0) * rows * columns, images.size(1) * size * size});
}

}  // namespace

std::vector<ParameterSpec> patch_parameters(const std::string& default_count) {
  return {{.name = "patches",
           .type = ParameterType::integer,
           .default_value = default_count,
           .help = "patches of an image that may change",
           .minimum = 1,
           .maximum = 65536},
          {.name = "patch_size",
           .type = ParameterType::integer,
           .default_value = "16",
           .help = "side of a patch in pixels",
           .minimum = 1,
           .maximum = 16384}};
}

ThreatModel patch_threat(const Parameters& parameters) {
  ThreatModel threat = ball_threat(Norm::linf, parameters);
  threat.patches = PatchLimit{parameters.integer("patches"), parameters.integer("patch_size")};
  return threat;
}

at::Tensor highest_patches(const at::Tensor& scores, std::int64_t count) {
  const at::Tensor order = std::get<1>(at::sort(scores, /*stable=*/true, /*dim=*/1, /*descending=*/true));
  return order.narrow(1, 0, std::min(count, scores.size(1))).contiguous();
}

at::Tensor attention_scores(const at::Tensor& map, bool class_token) {
  const at::Tensor keys = class_token ? map.narrow(3, 1, map.size(3) - 1) : map;
  const at::Tensor rows =
      keys.permute({0, 3, 1, 2}).reshape({keys.size(0) * keys.size(3), keys.size(1) * keys.size(2)});
  // Weights are not negative, so the L1 norm is their sum.
  return (row_norms(rows, Norm::l1) / static_cast<double>(rows.size(1))).view({keys.size(0), keys.size(3)});
}

at::Tensor gradient_scores(const at::Tensor& gradient, std::int64_t patch_size) {
  const std::int64_t patches = patch_count(gradient.size(2), gradient.size(3), patch_size);
  return row_norms(unfold_patches(gradient, patch_size), Norm::l1).view({gradient.size(0), patches});
}

at::Tensor random_scores(std::int64_t patches, std::span<const std::uint64_t> sample_ids, StreamKey key) {
  const at::Tensor scores = at::empty({static_cast<std::int64_t>(sample_ids.size()), patches}, at::kDouble);
  double* row = scores.mutable_data_ptr<double>();
  for (const std::uint64_t id : sample_ids) {
    key.sample_id = id;
    PhiloxSource(key).fill_uniform({row, static_cast<std::size_t>(patches)});
    row += patches;
  }
  return scores;
}

std::int64_t patch_count(std::int64_t height, std::int64_t width, std::int64_t patch_size) {
  return rounded_up(height, patch_size) * rounded_up(width, patch_size);
}

at::Tensor patch_mask(const at::Tensor& patches, std::int64_t patch_size, std::int64_t height,
                      std::int64_t width) {
  const std::int64_t columns = rounded_up(width, patch_size);
  const at::Tensor row = at::arange(height, at::kLong).div(patch_size, "floor").unsqueeze(1);
  const at::Tensor column = at::arange(width, at::kLong).div(patch_size, "floor").unsqueeze(0);
  const at::Tensor patch_of_pixel = (row * columns + column).view({1, 1, height, width});
  const at::Tensor chosen = patches.view({patches.size(0), patches.size(1), 1, 1});
  return patch_of_pixel.eq(chosen).any(1, /*keepdim=*/true);
}

}  // namespace vitrobust::attacks
