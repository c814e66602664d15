#include "models/vision_transformer_block.h"

#include <torch/torch.h>

#include "core/error.h"
#include "models/attention/attention.h"
#include "models/attention/recorder.h"
#include "models/frozen_gelu.h"

namespace vitrobust::models {
namespace {

torch::Tensor activate(Activation activation, const torch::Tensor& x) {
  switch (activation) {
    case Activation::gelu:
      return at::gelu(x);
    case Activation::gelu_tanh:
      return at::gelu(x, "tanh");
    case Activation::quick_gelu:
      return x * at::sigmoid(1.702 * x);
    case Activation::relu:
      return at::relu(x);
    case Activation::silu:
      return at::silu(x);
  }
  throw InternalError("an activation has no function");
}

torch::nn::LayerNorm layer_norm(const VisionTransformerOptions& options) {
  return torch::nn::LayerNorm(torch::nn::LayerNormOptions({options.embed_dim}).eps(options.norm_eps));
}

}  // namespace

void PatchEmbedImpl::reset() {
  proj_ = register_module(
      "proj",
      torch::nn::Conv2d(
          torch::nn::Conv2dOptions(3, options_.embed_dim, options_.patch_size).stride(options_.patch_size)));
}

torch::Tensor PatchEmbedImpl::forward(const torch::Tensor& images) {
  // A convolution whose stride is its kernel is one product over the unfolded patches, and its input gradient
  // is much cheaper that way.
  const auto patch = options_.patch_size;
  const auto rows = options_.image_height / patch;
  const auto columns = options_.image_width / patch;
  const auto patches = images.reshape({images.size(0), 3, rows, patch, columns, patch})
                           .permute({0, 2, 4, 1, 3, 5})
                           .reshape({images.size(0), rows * columns, 3 * patch * patch});
  return at::linear(patches, proj_->weight.flatten(1), proj_->bias);
}

void SelfAttentionImpl::reset() {
  const auto width = options_.embed_dim;
  qkv_ = register_module("qkv",
                         FreezableLinear(torch::nn::LinearOptions(width, 3 * width).bias(options_.qkv_bias)));
  proj_ = register_module("proj", FreezableLinear(width, width));
}

torch::Tensor SelfAttentionImpl::forward(const torch::Tensor& tokens) {
  const auto heads = options_.num_heads;
  const auto head_width = options_.embed_dim / heads;
  // [N, T, 3 C] to q, k and v of [N, heads, T, head_width]
  const auto qkv = qkv_->forward(tokens)
                       .reshape({tokens.size(0), tokens.size(1), 3, heads, head_width})
                       .permute({2, 0, 3, 1, 4})
                       .unbind(0);
  if (auto* const maps = AttentionRecorder::current())
    maps->push_back(attention_weights(options_.attention, qkv[0], qkv[1]));
  const auto mixed = attend(options_.attention, qkv[0], qkv[1], qkv[2]);
  return proj_->forward(mixed.transpose(1, 2).reshape(tokens.sizes()));
}

void MlpImpl::reset() {
  fc1_ = register_module("fc1", FreezableLinear(options_.embed_dim, options_.mlp_hidden));
  fc2_ = register_module("fc2", FreezableLinear(options_.mlp_hidden, options_.embed_dim));
}

torch::Tensor MlpImpl::forward(const torch::Tensor& tokens) {
  const auto hidden = fc1_->forward(tokens);
  const bool fused = frozen_ && options_.activation == Activation::gelu;
  return fc2_->forward(fused ? frozen_gelu(hidden) : activate(options_.activation, hidden));
}

void MlpImpl::freeze(Kernels kernels, bool reduced) {
  frozen_ = reduced || kernels != Kernels::plain;
}

void BlockImpl::reset() {
  norm1_ = register_module("norm1", layer_norm(options_));
  attn_ = register_module("attn", SelfAttention(options_));
  norm2_ = register_module("norm2", layer_norm(options_));
  mlp_ = register_module("mlp", Mlp(options_));
}

torch::Tensor BlockImpl::forward(const torch::Tensor& tokens) {
  const auto attended = tokens + attn_->forward(norm1_->forward(tokens));
  return attended + mlp_->forward(norm2_->forward(attended));
}

}  // namespace vitrobust::models
