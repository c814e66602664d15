#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/normalization.h>
#include <torch/nn/pimpl.h>

#include <memory>

#include "models/freezable_linear.h"
#include "models/vision_transformer_options.h"

namespace vitrobust::models {

/// Images [N, channels, H, W] to patch embeddings [N, H/p · W/p, C], patches in row-major order.
class PatchEmbedImpl : public torch::nn::Cloneable<PatchEmbedImpl>, public Freezable {
 public:
  explicit PatchEmbedImpl(const VisionTransformerOptions& options) : options_(options) { reset(); }
  void reset() override;
  /// In float32 always: the product is a small part of a network's.
  void freeze(Kernels kernels, std::optional<Kernels> reduced) override;
  torch::Tensor forward(const torch::Tensor& images);

 private:
  VisionTransformerOptions options_;
  torch::nn::LayerNorm norm_in_{nullptr};  ///< of the flattened patches
  torch::nn::Conv2d proj_{nullptr};
  torch::nn::LayerNorm norm_{nullptr};
  std::shared_ptr<const FrozenLinear> frozen_;  ///< of proj_, which keeps its weight: it is small
};
TORCH_MODULE(PatchEmbed);

}  // namespace vitrobust::models
