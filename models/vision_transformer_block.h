#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/modules/normalization.h>
#include <torch/nn/pimpl.h>

#include <memory>

#include "models/frozen_block.h"
#include "models/mlp.h"
#include "models/self_attention.h"
#include "models/vision_transformer_options.h"

namespace vitrobust::models {

/// gamma ∘ x, one learnt factor per feature: Touvron et al. 2021, arXiv 2103.17239, equation 8.
class LayerScaleImpl : public torch::nn::Cloneable<LayerScaleImpl> {
 public:
  explicit LayerScaleImpl(std::int64_t width) : width_(width) { reset(); }
  void reset() override;
  torch::Tensor forward(const torch::Tensor& x) { return x * gamma_; }

 private:
  std::int64_t width_;
  torch::Tensor gamma_;
};
TORCH_MODULE(LayerScale);

/// A pre-norm block: x + ls1(attn(norm1(x))), then x + ls2(mlp(norm2(x))). Frozen, it runs in one piece where
/// there is a FrozenBlock of its kind.
class BlockImpl : public torch::nn::Cloneable<BlockImpl>, public Freezable {
 public:
  BlockImpl(const VisionTransformerOptions& options, InitialValues values)
      : options_(options), values_(values) {
    reset();
  }
  void reset() override;
  void freeze(Kernels kernels, std::optional<Kernels> reduced) override;
  /// @param wanted  how many of the first tokens the caller reads: it gets these, or all
  torch::Tensor forward(const torch::Tensor& tokens, AttentionCarry& carry, std::int64_t wanted);

 private:
  [[nodiscard]] bool has_frozen_kind() const;
  [[nodiscard]] std::shared_ptr<FrozenBlock> in_one_piece(bool reduced) const;

  VisionTransformerOptions options_;
  InitialValues values_;
  torch::nn::LayerNorm norm1_{nullptr};
  SelfAttention attn_{nullptr};
  LayerScale ls1_{nullptr};
  torch::nn::LayerNorm norm2_{nullptr};
  Mlp mlp_{nullptr};
  LayerScale ls2_{nullptr};
  std::shared_ptr<const FrozenBlock> exact_;
  std::shared_ptr<const FrozenBlock> reduced_;
};
TORCH_MODULE(Block);

}  // namespace vitrobust::models
