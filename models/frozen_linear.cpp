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
      return (has_onednn() ? onednn_linear(x.to(at::kBFloat16), weight, bias)
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
                            const at::Tensor& weight, const at::Tensor& bias, const at::Tensor& transposed) {
    context->saved_data["kernels"] = static_cast<std::int64_t>(kernels);
    context->saved_data["transposed"] = transposed;
    return multiply(kernels, x, weight, bias);
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const auto kernels = static_cast<Kernels>(context->saved_data["kernels"].toInt());
    const at::Tensor transposed = context->saved_data["transposed"].toTensor();
    return {multiply(kernels, gradients[0].contiguous(), transposed, {}), {}, {}, {}, {}};
  }
};

}  // namespace

FrozenLinear::FrozenLinear(const at::Tensor& weight, const at::Tensor& bias, Kernels kernels)
    : kernels_(kernels) {
  if (kernels == Kernels::plain) throw InternalError("plain kernels freeze nothing");
  if (weight.scalar_type() != at::kFloat || weight.dim() != 2)
    throw InternalError("only a float32 matrix can be frozen");
  const at::NoGradGuard no_grad;
  const auto dtype = kernels == Kernels::bf16 ? at::kBFloat16 : at::kFloat;
  weight_ = weight.detach().to(dtype, /*non_blocking=*/false, /*copy=*/true);
  transposed_ = weight_.t().contiguous();
  if (bias.defined()) bias_ = bias.detach().to(dtype, /*non_blocking=*/false, /*copy=*/true);
  if (kernels == Kernels::onednn || (kernels == Kernels::bf16 && has_onednn())) {
    weight_ = onednn_layout(weight_);
    transposed_ = onednn_layout(transposed_);
  }
}

at::Tensor FrozenLinear::forward(const at::Tensor& x) const {
  const at::Tensor rows = x.contiguous();
  if (at::GradMode::is_enabled() && rows.requires_grad())
    return Product::apply(rows, kernels_, weight_, bias_, transposed_);
  return multiply(kernels_, rows, weight_, bias_);
}

}  // namespace vitrobust::models
