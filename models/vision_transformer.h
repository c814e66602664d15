#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/modules/container/modulelist.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/normalization.h>
#include <torch/nn/pimpl.h>

#include "models/patch_embed.h"
#include "models/vision_transformer_block.h"
#include "models/vision_transformer_options.h"

namespace vitrobust::models {

/// A pre-norm Vision Transformer (Dosovitskiy et al. 2021, arXiv 2010.11929) whose parameters carry timm's
/// names, so that timm's checkpoints fit without renaming; parameter_shapes() lists them for any options.
///
/// Initialised as timm does with its default weight_init '', from LibTorch's default generator: normal 0.02
/// for the position embedding, the distillation token and every linear weight, the heads' included; normal
/// 1e-6 for class and register tokens; zero biases; the convolution's own default for the patch embedding.
class VisionTransformerImpl : public torch::nn::Cloneable<VisionTransformerImpl> {
 public:
  /// @param values  `unset` for a network that a file is about to fill: nothing is drawn for the blocks
  /// @throws InternalError when options.validate() finds a problem
  explicit VisionTransformerImpl(const VisionTransformerOptions& options,
                                 InitialValues values = InitialValues::drawn);
  void reset() override;

  /// Normalised images [N, in_channels, H, W] to logits [N, classes]. Reads the module only, so that several
  /// threads may call it at once. @throws InternalError for another shape
  torch::Tensor forward(const torch::Tensor& images);

  /// The same with the first `blocks` blocks alone, for a trial of the machine's kernels: those of all blocks
  /// are the same.
  torch::Tensor forward_through(const torch::Tensor& images, std::int64_t blocks);

  [[nodiscard]] const VisionTransformerOptions& options() const { return options_; }

 private:
  void register_tokens();
  void initialise();
  /// Prefix tokens, patches and their positions.
  [[nodiscard]] torch::Tensor embed(const torch::Tensor& images);
  [[nodiscard]] torch::Tensor pool(const torch::Tensor& tokens) const;
  [[nodiscard]] torch::Tensor classify(const torch::Tensor& tokens);

  VisionTransformerOptions options_;
  InitialValues values_;
  torch::Tensor cls_token_;
  torch::Tensor dist_token_;
  torch::Tensor reg_token_;
  torch::Tensor pos_embed_;
  PatchEmbed patch_embed_{nullptr};
  torch::nn::LayerNorm norm_pre_{nullptr};
  torch::nn::ModuleList blocks_{nullptr};
  torch::nn::LayerNorm norm_{nullptr};  ///< before the pooling ("norm") or after it ("fc_norm")
  FreezableLinear head_{nullptr};
  FreezableLinear head_dist_{nullptr};
};
TORCH_MODULE(VisionTransformer);

}  // namespace vitrobust::models
