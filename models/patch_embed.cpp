#include "models/patch_embed.h"

#include <torch/torch.h>

namespace vitrobust::models {

void PatchEmbedImpl::reset() {
  const auto patch = options_.patch_size;
  const auto layer_norm = [this](std::int64_t width) {
    return torch::nn::LayerNorm(torch::nn::LayerNormOptions({width}).eps(options_.norm_eps));
  };
  if (options_.patch_norm_in)
    norm_in_ = register_module("norm_in", layer_norm(options_.in_channels * patch * patch));
  proj_ = register_module(
      "proj", torch::nn::Conv2d(torch::nn::Conv2dOptions(options_.in_channels, options_.embed_dim, patch)
                                    .stride(patch)
                                    .bias(options_.patch_bias)));
  if (options_.patch_norm_out) norm_ = register_module("norm", layer_norm(options_.embed_dim));
}

void PatchEmbedImpl::freeze(Kernels kernels, std::optional<Kernels> /*reduced*/) {
  frozen_ = kernels == Kernels::plain
                ? nullptr
                : std::make_shared<const FrozenLinear>(proj_->weight.flatten(1), proj_->bias, kernels);
}

torch::Tensor PatchEmbedImpl::forward(const torch::Tensor& images) {
  // A convolution whose stride is its kernel is one product over the unfolded patches, and its input gradient
  // is much cheaper that way.
  const auto channels = options_.in_channels;
  const auto patch = options_.patch_size;
  const auto rows = options_.image_height / patch;
  const auto columns = options_.image_width / patch;
  auto patches = images.reshape({images.size(0), channels, rows, patch, columns, patch})
                     .permute({0, 2, 4, 1, 3, 5})
                     .reshape({images.size(0), rows * columns, channels * patch * patch});
  if (norm_in_) patches = norm_in_->forward(patches);
  const auto embedded =
      frozen_ ? frozen_->forward(patches) : at::linear(patches, proj_->weight.flatten(1), proj_->bias);
  return norm_ ? norm_->forward(embedded) : embedded;
}

}  // namespace vitrobust::models
