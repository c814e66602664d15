#include "models/vision_transformer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/torch.h>

#include <array>
#include <vector>

#include "core/error.h"

namespace vitrobust::models {

VisionTransformerImpl::VisionTransformerImpl(const VisionTransformerOptions& options, InitialValues values)
    : options_(options), values_(values) {
  if (const auto problems = options.validate(); !problems.empty()) {
    throw InternalError(fmt::format("Vision Transformer options: {}", fmt::join(problems, "; ")));
  }
  reset();
}

void VisionTransformerImpl::reset() {
  const auto width = options_.embed_dim;
  const auto layer_norm = [&] {
    return torch::nn::LayerNorm(torch::nn::LayerNormOptions({width}).eps(options_.norm_eps));
  };
  const auto head = [&] {
    return FreezableLinear(width, options_.num_classes, options_.head_bias, values_, Reducible::no);
  };
  register_tokens();
  patch_embed_ = register_module("patch_embed", PatchEmbed(options_));
  if (options_.pre_norm) norm_pre_ = register_module("norm_pre", layer_norm());
  blocks_ = register_module("blocks", torch::nn::ModuleList());
  for (std::int64_t i = 0; i < options_.depth; ++i) blocks_->push_back(Block(options_, values_));
  if (options_.final_norm) norm_ = register_module(options_.fc_norm ? "fc_norm" : "norm", layer_norm());
  head_ = register_module("head", head());
  if (options_.distilled) head_dist_ = register_module("head_dist", head());
  if (values_ == InitialValues::drawn) initialise();
}

void VisionTransformerImpl::register_tokens() {
  const auto width = options_.embed_dim;
  if (options_.class_token) cls_token_ = register_parameter("cls_token", torch::zeros({1, 1, width}));
  if (options_.distilled) dist_token_ = register_parameter("dist_token", torch::zeros({1, 1, width}));
  if (options_.registers != 0)
    reg_token_ = register_parameter("reg_token", torch::zeros({1, options_.registers, width}));
  pos_embed_ = register_parameter("pos_embed", torch::zeros({1, options_.positions(), width}));
}

void VisionTransformerImpl::initialise() {
  const torch::NoGradGuard no_grad;
  // timm's trunc_normal_ cuts at ±2, which is a hundred standard deviations: a plain normal.
  constexpr double kDeviation = 0.02;
  constexpr double kTokenDeviation = 1e-6;
  torch::nn::init::normal_(pos_embed_, 0, kDeviation);
  if (options_.class_token) torch::nn::init::normal_(cls_token_, 0, kTokenDeviation);
  if (options_.distilled) torch::nn::init::normal_(dist_token_, 0, kDeviation);
  if (options_.registers != 0) torch::nn::init::normal_(reg_token_, 0, kTokenDeviation);
  const auto draw = [&](const at::Tensor& weight, const at::Tensor& bias) {
    torch::nn::init::normal_(weight, 0, kDeviation);
    if (bias.defined()) torch::nn::init::zeros_(bias);
  };
  for (const auto& module : modules(/*include_self=*/false)) {
    if (const auto* const linear = module->as<FreezableLinear>()) draw(linear->weight, linear->bias);
  }
}

torch::Tensor VisionTransformerImpl::forward(const torch::Tensor& images) {
  return forward_through(images, options_.depth);
}

torch::Tensor VisionTransformerImpl::forward_through(const torch::Tensor& images, std::int64_t blocks) {
  const std::array<std::int64_t, 3> expected{options_.in_channels, options_.image_height,
                                             options_.image_width};
  if (images.dim() != 4 || images.sizes().slice(1) != at::IntArrayRef(expected)) {
    throw InternalError(fmt::format("Vision Transformer: images have shape [{}], expected [N, {}]",
                                    fmt::join(images.sizes(), ", "), fmt::join(expected, ", ")));
  }
  auto tokens = embed(images);
  if (norm_pre_) tokens = norm_pre_->forward(tokens);
  AttentionCarry carry;
  for (std::int64_t i = 0; i < blocks; ++i) {
    const std::int64_t wanted = i + 1 == blocks ? options_.tokens_read() : tokens.size(1);
    tokens = blocks_->at<BlockImpl>(static_cast<std::size_t>(i)).forward(tokens, carry, wanted);
  }
  return classify(tokens);
}

torch::Tensor VisionTransformerImpl::embed(const torch::Tensor& images) {
  auto patches = patch_embed_->forward(images);
  if (options_.no_embed_class) patches = patches + pos_embed_;
  std::vector<torch::Tensor> parts;
  for (const auto& token : {cls_token_, dist_token_, reg_token_}) {
    if (token.defined()) parts.push_back(token.expand({images.size(0), -1, -1}));
  }
  parts.push_back(patches);
  const auto tokens = parts.size() == 1 ? patches : at::cat(parts, 1);
  return options_.no_embed_class ? tokens : tokens + pos_embed_;
}

torch::Tensor VisionTransformerImpl::classify(const torch::Tensor& tokens) {
  const auto normed = norm_ && !options_.fc_norm ? norm_->forward(tokens) : tokens;
  if (options_.distilled)
    return (head_->forward(normed.select(1, 0)) + head_dist_->forward(normed.select(1, 1))) / 2;
  const auto features = pool(normed);
  return head_->forward(norm_ && options_.fc_norm ? norm_->forward(features) : features);
}

torch::Tensor VisionTransformerImpl::pool(const torch::Tensor& tokens) const {
  if (options_.pooling == Pooling::token) return tokens.select(1, 0);
  const auto pooled = tokens.slice(1, options_.pool_include_prefix ? 0 : options_.prefix_tokens());
  switch (options_.pooling) {
    case Pooling::avg:
      return pooled.mean(1);
    case Pooling::max:
      return pooled.amax(1);
    case Pooling::avgmax:
      return 0.5 * (pooled.amax(1) + pooled.mean(1));
    case Pooling::token:
      break;
  }
  throw InternalError("a pooling has no function");
}

}  // namespace vitrobust::models
