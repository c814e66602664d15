#include "models/mlp.h"

#include <torch/torch.h>

#include "core/error.h"
#include "models/frozen_gelu.h"

namespace vitrobust::models {

void MlpImpl::reset() {
  const bool gated = options_.mlp == MlpKind::swiglu_packed;
  const auto activated = gated ? options_.mlp_hidden / 2 : options_.mlp_hidden;
  fc1_ = register_module(
      "fc1", FreezableLinear(options_.embed_dim, options_.mlp_hidden, options_.proj_bias, values_));
  fc2_ = register_module("fc2", FreezableLinear(activated, options_.embed_dim, options_.proj_bias, values_));
}

torch::Tensor MlpImpl::forward(const torch::Tensor& tokens) {
  const auto hidden = fc1_->forward(tokens);
  if (options_.mlp == MlpKind::plain) return fc2_->forward(activate(hidden));
  // Shazeer 2020, arXiv 2002.05202, with both products in one.
  const auto halves = hidden.chunk(2, -1);
  return fc2_->forward(activate(halves[0]) * halves[1]);
}

torch::Tensor MlpImpl::activate(const torch::Tensor& x) const {
  switch (options_.activation) {
    case Activation::gelu:
      return frozen_ ? frozen_gelu(x) : at::gelu(x);
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

void MlpImpl::freeze(Kernels kernels, std::optional<Kernels> reduced) {
  frozen_ = reduced || kernels != Kernels::plain;
}

}  // namespace vitrobust::models
