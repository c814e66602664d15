#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>

#include "models/freezable_linear.h"
#include "models/vision_transformer_options.h"

namespace vitrobust::models {

/// The MLP of a block, [N, T, C] to [N, T, C], of the kind that the options name.
class MlpImpl : public torch::nn::Cloneable<MlpImpl>, public Freezable {
 public:
  explicit MlpImpl(const VisionTransformerOptions& options, InitialValues values = InitialValues::drawn)
      : options_(options), values_(values) {
    reset();
  }
  void reset() override;
  void freeze(Kernels kernels, std::optional<Kernels> reduced) override;
  torch::Tensor forward(const torch::Tensor& tokens);

  [[nodiscard]] const FreezableLinear& fc1() const { return fc1_; }
  [[nodiscard]] const FreezableLinear& fc2() const { return fc2_; }

 private:
  [[nodiscard]] torch::Tensor activate(const torch::Tensor& x) const;

  VisionTransformerOptions options_;
  InitialValues values_;
  FreezableLinear fc1_{nullptr};
  FreezableLinear fc2_{nullptr};
  bool frozen_ = false;
};
TORCH_MODULE(Mlp);

}  // namespace vitrobust::models
