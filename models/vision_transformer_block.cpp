#include "models/vision_transformer_block.h"

#include <torch/torch.h>

namespace vitrobust::models {

void LayerScaleImpl::reset() {
  constexpr double kInitial = 1e-5;  // timm's
  gamma_ = register_parameter("gamma", at::full({width_}, kInitial));
}

void BlockImpl::reset() {
  const auto width = options_.embed_dim;
  const auto layer_norm = [&] {
    return torch::nn::LayerNorm(torch::nn::LayerNormOptions({width}).eps(options_.norm_eps));
  };
  norm1_ = register_module("norm1", layer_norm());
  attn_ = register_module("attn", SelfAttention(options_, values_));
  if (options_.layer_scale) ls1_ = register_module("ls1", LayerScale(width));
  norm2_ = register_module("norm2", layer_norm());
  mlp_ = register_module("mlp", Mlp(options_, values_));
  if (options_.layer_scale) ls2_ = register_module("ls2", LayerScale(width));
}

torch::Tensor BlockImpl::forward(const torch::Tensor& tokens, AttentionCarry& carry) {
  auto branch = attn_->forward(norm1_->forward(tokens), carry);
  const auto attended = tokens + (ls1_ ? ls1_->forward(branch) : branch);
  branch = mlp_->forward(norm2_->forward(attended));
  return attended + (ls2_ ? ls2_->forward(branch) : branch);
}

}  // namespace vitrobust::models
