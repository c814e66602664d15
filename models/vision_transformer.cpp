#include "models/vision_transformer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/torch.h>

#include "core/error.h"

namespace vitrobust::models {

VisionTransformerImpl::VisionTransformerImpl(const VisionTransformerOptions& options) : options_(options) {
  if (const auto problems = options.validate(); !problems.empty()) {
    throw InternalError(fmt::format("Vision Transformer options: {}", fmt::join(problems, "; ")));
  }
  reset();
}

void VisionTransformerImpl::reset() {
  const auto width = options_.embed_dim;
  if (options_.class_token) cls_token_ = register_parameter("cls_token", torch::empty({1, 1, width}));
  pos_embed_ = register_parameter("pos_embed", torch::empty({1, options_.tokens(), width}));
  patch_embed_ = register_module("patch_embed", PatchEmbed(options_));
  blocks_ = register_module("blocks", torch::nn::ModuleList());
  for (std::int64_t i = 0; i < options_.depth; ++i) blocks_->push_back(Block(options_));
  norm_ = register_module(options_.fc_norm ? "fc_norm" : "norm",
                          torch::nn::LayerNorm(torch::nn::LayerNormOptions({width}).eps(options_.norm_eps)));
  head_ = register_module("head", torch::nn::Linear(width, options_.num_classes));
  initialise();
}

void VisionTransformerImpl::initialise() {
  const torch::NoGradGuard no_grad;
  // timm's trunc_normal_ cuts at ±2, which is a hundred standard deviations: a plain normal.
  constexpr double kDeviation = 0.02;
  torch::nn::init::normal_(pos_embed_, 0, kDeviation);
  if (options_.class_token) torch::nn::init::normal_(cls_token_, 0, 1e-6);
  for (const auto& module : modules(/*include_self=*/false)) {
    if (const auto* const linear = module->as<torch::nn::Linear>()) {
      torch::nn::init::normal_(linear->weight, 0, kDeviation);
      if (linear->bias.defined()) torch::nn::init::zeros_(linear->bias);
    }
  }
}

torch::Tensor VisionTransformerImpl::forward(const torch::Tensor& images) {
  const std::array<std::int64_t, 3> expected{3, options_.image_height, options_.image_width};
  if (images.dim() != 4 || images.sizes().slice(1) != at::IntArrayRef(expected)) {
    throw InternalError(fmt::format("Vision Transformer: images have shape [{}], expected [N, {}]",
                                    fmt::join(images.sizes(), ", "), fmt::join(expected, ", ")));
  }
  auto tokens = patch_embed_->forward(images);
  if (options_.class_token) {
    tokens = at::cat({cls_token_.expand({images.size(0), -1, -1}), tokens}, 1);
  }
  tokens = tokens + pos_embed_;
  for (const auto& block : *blocks_) tokens = block->as<Block>()->forward(tokens);
  const auto features = options_.fc_norm ? norm_->forward(pool(tokens)) : pool(norm_->forward(tokens));
  return head_->forward(features);
}

torch::Tensor VisionTransformerImpl::pool(const torch::Tensor& tokens) const {
  if (options_.pooling == Pooling::token) return tokens.select(1, 0);
  // As timm: the mean is over the patches, the class token stays out of it.
  return tokens.slice(1, options_.class_token ? 1 : 0).mean(1);
}

}  // namespace vitrobust::models
