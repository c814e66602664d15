#include "models/frozen_linear.h"

#include <torch/torch.h>

#include "core/error.h"
#include "models/onednn.h"

namespace vitrobust::models {
namespace {

/// x·weightᵀ + bias on [..., in], the weight in the layout of `kernels`.
at::Tensor multiply(Kernels kernels, const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  switch (kernels) {
    case Kernels::onednn:
      return onednn_linear(x, weight, bias);
    case Kernels::bf16:
      return (has_onednn_bf16() ? onednn_linear(x.to(at::kBFloat16), weight, bias)
                                : at::linear(x.to(at::kBFloat16), weight, bias))
          .to(at::kFloat);
    case Kernels::mkl:
      return at::linear(x, weight, bias);
    case Kernels::plain:
      break;
  }
  throw InternalError("plain kernels freeze nothing");
}

/// The autograd formula of FrozenLinear::forward().
class Product : public torch::autograd::Function<Product> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x, Kernels kernels,
                            const at::Tensor& weight, const std::optional<at::Tensor>& bias,
                            const at::Tensor& transposed) {
    context->saved_data["kernels"] = static_cast<std::int64_t>(kernels);
    context->saved_data["transposed"] = transposed;
    return multiply(kernels, x, weight, bias.value_or(at::Tensor()));
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const auto kernels = static_cast<Kernels>(context->saved_data["kernels"].toInt());
    const at::Tensor transposed = context->saved_data["transposed"].toTensor();
    return {multiply(kernels, gradients[0].contiguous(), transposed, {}), {}, {}, {}, {}};
  }
};

/// Whether these kernels keep weights in a layout of oneDNN's.
bool has_layout(Kernels kernels) {
  return kernels == Kernels::onednn || (kernels == Kernels::bf16 && has_onednn_bf16());
}

}  // namespace

FrozenLinear::FrozenLinear(const at::Tensor& weight, const at::Tensor& bias, Kernels kernels)
    : kernels_(kernels) {
  if (kernels == Kernels::plain) throw InternalError("plain kernels freeze nothing");
  if (weight.scalar_type() != at::kFloat || weight.dim() != 2)
    throw InternalError("only a float32 matrix can be frozen");
  inputs_ = weight.size(1);
  const at::NoGradGuard no_grad;
  const auto dtype = kernels == Kernels::bf16 ? at::kBFloat16 : at::kFloat;
  weight_ = weight.detach().to(dtype);
  if (bias.defined()) bias_ = bias.detach().to(dtype);
  if (has_layout(kernels)) weight_ = onednn_layout(weight_);
}

at::Tensor FrozenLinear::forward(const at::Tensor& x) const {
  const at::Tensor rows = x.contiguous();
  if (at::GradMode::is_enabled() && rows.requires_grad())
    return Product::apply(rows, kernels_, weight_, bias_.defined() ? std::optional(bias_) : std::nullopt,
                          transposed());
  return multiply(kernels_, rows, weight_, bias_);
}

at::Tensor FrozenLinear::propagate(const at::Tensor& gradient) const {
  return multiply(kernels_, gradient, transposed(), {});
}

at::Tensor FrozenLinear::dense_weight() const {
  return weight_.is_mkldnn() ? weight_.to_dense() : weight_;
}

const at::Tensor& FrozenLinear::transposed() const {
  std::call_once(transposed_made_, [this] {
    const at::NoGradGuard no_grad;
    const at::Tensor plain = dense_weight().t().contiguous();
    transposed_ = has_layout(kernels_) ? onednn_layout(plain) : plain;
  });
  return transposed_;
}

}  // namespace vitrobust::models
