#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>

#include <string>
#include <vector>

#include "models/attention/attention.h"
#include "models/freezable_linear.h"
#include "models/vision_transformer_options.h"

namespace vitrobust::models {

/// What attention hands on from block to block of one forward pass: queries and values [B, H, N, D], for the
/// formulations that read those of the block before; nothing for the others.
struct AttentionCarry {
  at::Tensor q, v;
};

/// Learnt tensors under one name, such as q_norm's weight and bias.
class LearntGroupImpl : public torch::nn::Cloneable<LearntGroupImpl> {
 public:
  explicit LearntGroupImpl(std::vector<AttentionParameter> list) : list_(std::move(list)) { reset(); }
  void reset() override;
  [[nodiscard]] const std::vector<at::Tensor>& tensors() const { return tensors_; }

 private:
  std::vector<AttentionParameter> list_;
  std::vector<at::Tensor> tensors_;
};
TORCH_MODULE(LearntGroup);

/// Multi-head self-attention [N, T, C] to [N, T, C] in the options' formulation.
class SelfAttentionImpl : public torch::nn::Cloneable<SelfAttentionImpl> {
 public:
  explicit SelfAttentionImpl(const VisionTransformerOptions& options, InitialValues values)
      : options_(options), values_(values) {
    reset();
  }
  void reset() override;
  /// @param carry of the block before; then that of this one
  torch::Tensor forward(const torch::Tensor& tokens, AttentionCarry& carry);

  [[nodiscard]] const FreezableLinear& qkv() const { return qkv_; }
  [[nodiscard]] const FreezableLinear& proj() const { return proj_; }

 private:
  void register_learnt_groups();
  [[nodiscard]] std::vector<at::Tensor> learnt() const;

  VisionTransformerOptions options_;
  InitialValues values_;
  std::vector<at::Tensor> own_;      ///< learnt tensors of the formulation that stand alone,
  std::vector<LearntGroup> groups_;  ///< and those with a group's name before theirs
  FreezableLinear qkv_{nullptr};
  FreezableLinear proj_{nullptr};
};
TORCH_MODULE(SelfAttention);

}  // namespace vitrobust::models
