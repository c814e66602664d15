#include "models/vision_transformer_block.h"

#include <torch/torch.h>

#include <cmath>

#include "models/attention/recorder.h"

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

bool BlockImpl::has_frozen_kind() const {
  return FrozenBlock::supported() &&
         (options_.attention == AttentionKind::standard || options_.attention == AttentionKind::quest) &&
         options_.mlp == MlpKind::plain && options_.activation == Activation::gelu && !options_.layer_scale;
}

std::shared_ptr<FrozenBlock> BlockImpl::in_one_piece(bool reduced) const {
  if (!has_frozen_kind() || !attn_->qkv()->frozen(reduced)) return nullptr;
  auto block = std::make_shared<FrozenBlock>();
  block->norm1_weight = norm1_->weight;
  block->norm1_bias = norm1_->bias;
  block->norm2_weight = norm2_->weight;
  block->norm2_bias = norm2_->bias;
  block->norm_eps = options_.norm_eps;
  block->qkv = attn_->qkv()->frozen(reduced);
  block->proj = attn_->proj()->frozen(reduced);
  block->fc1 = mlp_->fc1()->frozen(reduced);
  block->fc2 = mlp_->fc2()->frozen(reduced);
  block->heads = options_.num_heads;
  block->unit_keys = options_.attention == AttentionKind::quest;
  block->scale = block->unit_keys ? 1 : 1 / std::sqrt(static_cast<double>(options_.head_dim()));
  return block;
}

void BlockImpl::freeze(Kernels /*kernels*/, std::optional<Kernels> reduced) {
  exact_ = in_one_piece(false);
  const auto block = in_one_piece(true);
  // Attention goes with the layers: where others than ours were fastest for them, such as those for AMX,
  // ours in bfloat16 may be no faster than in float32.
  if (block) block->reduced = reduced == Kernels::bf16_avx512;
  reduced_ = block;
}

torch::Tensor BlockImpl::forward(const torch::Tensor& tokens, AttentionCarry& carry, std::int64_t wanted) {
  const auto& frozen = reduced_ && ReducedPrecisionGuard::active() ? reduced_ : exact_;
  if (frozen && AttentionRecorder::current() == nullptr) return frozen->forward(tokens, wanted);
  auto branch = attn_->forward(norm1_->forward(tokens), carry);
  const auto attended = tokens + (ls1_ ? ls1_->forward(branch) : branch);
  branch = mlp_->forward(norm2_->forward(attended));
  return attended + (ls2_ ? ls2_->forward(branch) : branch);
}

}  // namespace vitrobust::models
