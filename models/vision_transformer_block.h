#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/normalization.h>
#include <torch/nn/pimpl.h>

#include "models/freezable_linear.h"
#include "models/vision_transformer_options.h"

namespace vitrobust::models {

/// Images [N, 3, H, W] to patch embeddings [N, H/p · W/p, C], patches in row-major order.
class PatchEmbedImpl : public torch::nn::Cloneable<PatchEmbedImpl> {
 public:
  explicit PatchEmbedImpl(const VisionTransformerOptions& options) : options_(options) { reset(); }
  void reset() override;
  torch::Tensor forward(const torch::Tensor& images);

 private:
  VisionTransformerOptions options_;
  torch::nn::Conv2d proj_{nullptr};
};
TORCH_MODULE(PatchEmbed);

/// Multi-head self-attention [N, T, C] to [N, T, C] in the options' formulation.
class SelfAttentionImpl : public torch::nn::Cloneable<SelfAttentionImpl> {
 public:
  explicit SelfAttentionImpl(const VisionTransformerOptions& options) : options_(options) { reset(); }
  void reset() override;
  torch::Tensor forward(const torch::Tensor& tokens);

 private:
  VisionTransformerOptions options_;
  FreezableLinear qkv_{nullptr};
  FreezableLinear proj_{nullptr};
};
TORCH_MODULE(SelfAttention);

/// fc2(activation(fc1(x))) on [N, T, C].
class MlpImpl : public torch::nn::Cloneable<MlpImpl>, public Freezable {
 public:
  explicit MlpImpl(const VisionTransformerOptions& options) : options_(options) { reset(); }
  void reset() override;
  void freeze(Kernels kernels, bool reduced) override;
  torch::Tensor forward(const torch::Tensor& tokens);

 private:
  VisionTransformerOptions options_;
  FreezableLinear fc1_{nullptr};
  FreezableLinear fc2_{nullptr};
  bool frozen_ = false;
};
TORCH_MODULE(Mlp);

/// A pre-norm block: x + attn(norm1(x)), then x + mlp(norm2(x)).
class BlockImpl : public torch::nn::Cloneable<BlockImpl> {
 public:
  explicit BlockImpl(const VisionTransformerOptions& options) : options_(options) { reset(); }
  void reset() override;
  torch::Tensor forward(const torch::Tensor& tokens);

 private:
  VisionTransformerOptions options_;
  torch::nn::LayerNorm norm1_{nullptr};
  SelfAttention attn_{nullptr};
  torch::nn::LayerNorm norm2_{nullptr};
  Mlp mlp_{nullptr};
};
TORCH_MODULE(Block);

}  // namespace vitrobust::models
