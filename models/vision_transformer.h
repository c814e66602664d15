#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/modules/container/modulelist.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/normalization.h>
#include <torch/nn/pimpl.h>

#include "models/vision_transformer_block.h"
#include "models/vision_transformer_options.h"

namespace vitrobust::models {

/// A pre-norm Vision Transformer (Dosovitskiy et al. 2021, arXiv 2010.11929) whose parameters carry timm's
/// names (cls_token, pos_embed, patch_embed.proj.*, blocks.N.{norm1, attn.qkv, attn.proj, norm2, mlp.fc1,
/// mlp.fc2}.*, norm.* or fc_norm.*, head.*), so that timm's checkpoints fit without renaming.
///
/// Initialised as timm does with its default weight_init '', from LibTorch's default generator: normal 0.02
/// for the position embedding and every linear weight, the head's included; normal 1e-6 for the class token;
/// zero biases; the convolution's own default for the patch embedding.
class VisionTransformerImpl : public torch::nn::Cloneable<VisionTransformerImpl> {
 public:
  /// @throws InternalError when options.validate() finds a problem
  explicit VisionTransformerImpl(const VisionTransformerOptions& options);
  void reset() override;

  /// Normalised images [N, 3, H, W] to logits [N, classes]. Reads the module only, so that several threads
  /// may call it at once. @throws InternalError for another shape
  torch::Tensor forward(const torch::Tensor& images);

  [[nodiscard]] const VisionTransformerOptions& options() const { return options_; }

 private:
  void initialise();
  [[nodiscard]] torch::Tensor pool(const torch::Tensor& tokens) const;

  VisionTransformerOptions options_;
  torch::Tensor cls_token_;
  torch::Tensor pos_embed_;
  PatchEmbed patch_embed_{nullptr};
  torch::nn::ModuleList blocks_{nullptr};
  torch::nn::LayerNorm norm_{nullptr};  ///< before the pooling ("norm") or after it ("fc_norm")
  torch::nn::Linear head_{nullptr};
};
TORCH_MODULE(VisionTransformer);

}  // namespace vitrobust::models
