#include "models/frozen_linear.h"

#include <torch/torch.h>

#include "core/error.h"
#include "models/onednn.h"
#include "models/panel_product.h"

namespace vitrobust::models {
namespace {

/// A weight [out, in] as `kernels` want it.
at::Tensor layout_of(Kernels kernels, const at::Tensor& weight) {
  switch (kernels) {
    case Kernels::avx512:
    case Kernels::bf16_avx512:
      return panel_layout(weight, is_reduced(kernels));
    case Kernels::onednn:
      return onednn_layout(weight.contiguous());
    case Kernels::bf16_onednn:
      return onednn_layout(weight.to(at::kBFloat16).contiguous());
    case Kernels::bf16_linear:
      return weight.to(at::kBFloat16).contiguous();
    case Kernels::mkl:
      return weight.contiguous();
    case Kernels::plain:
      break;
  }
  throw InternalError("plain kernels freeze nothing");
}

/// x·weightᵀ + bias on [..., in], the weight of layout_of().
at::Tensor multiply(Kernels kernels, const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                    std::int64_t outputs) {
  switch (kernels) {
    case Kernels::avx512:
    case Kernels::bf16_avx512:
      return panel_linear(x, weight, bias, outputs);
    case Kernels::onednn:
      return onednn_linear(x, weight, bias);
    case Kernels::bf16_onednn:
      return onednn_linear(x.to(at::kBFloat16), weight, bias).to(at::kFloat);
    case Kernels::bf16_linear:
      return at::linear(x.to(at::kBFloat16), weight, bias).to(at::kFloat);
    case Kernels::mkl:
      return at::linear(x, weight, bias);
    case Kernels::plain:
      break;
  }
  throw InternalError("plain kernels freeze nothing");
}

/// The autograd formula of FrozenLinear::forward().
class FrozenProduct : public torch::autograd::Function<FrozenProduct> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x, Kernels kernels,
                            const at::Tensor& weight, const std::optional<at::Tensor>& bias,
                            std::int64_t outputs, const at::Tensor& transposed) {
    context->saved_data["kernels"] = static_cast<std::int64_t>(kernels);
    context->saved_data["transposed"] = transposed;
    context->saved_data["inputs"] = x.size(-1);
    return multiply(kernels, x, weight, bias.value_or(at::Tensor()), outputs);
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const auto kernels = static_cast<Kernels>(context->saved_data["kernels"].toInt());
    const at::Tensor transposed = context->saved_data["transposed"].toTensor();
    const std::int64_t inputs = context->saved_data["inputs"].toInt();
    return {multiply(kernels, gradients[0].contiguous(), transposed, {}, inputs), {}, {}, {}, {}, {}};
  }
};

}  // namespace

FrozenLinear::FrozenLinear(const at::Tensor& weight, const at::Tensor& bias, Kernels kernels)
    : kernels_(kernels) {
  if (weight.scalar_type() != at::kFloat || weight.dim() != 2)
    throw InternalError("only a float32 matrix can be frozen");
  if (!has_kernels(kernels)) throw InternalError("these kernels are not there: " + to_string(kernels));
  inputs_ = weight.size(1);
  outputs_ = weight.size(0);
  const at::NoGradGuard no_grad;
  weight_ = layout_of(kernels, weight.detach());
  // This suite's products add the bias as it is.
  const bool rounded = is_reduced(kernels) && !uses_panels(kernels);
  if (bias.defined()) bias_ = bias.detach().to(rounded ? at::kBFloat16 : at::kFloat).contiguous();
}

at::Tensor FrozenLinear::forward(const at::Tensor& x) const {
  const at::Tensor rows = x.contiguous();
  if (at::GradMode::is_enabled() && rows.requires_grad())
    return FrozenProduct::apply(rows, kernels_, weight_,
                                bias_.defined() ? std::optional(bias_) : std::nullopt, outputs_,
                                transposed());
  return multiply(kernels_, rows, weight_, bias_, outputs_);
}

at::Tensor FrozenLinear::propagate(const at::Tensor& gradient) const {
  return multiply(kernels_, gradient, transposed(), {}, inputs_);
}

at::Tensor FrozenLinear::dense_weight() const {
  if (uses_panels(kernels_)) return dense_of_panels(weight_, outputs_, inputs_);
  return weight_.is_mkldnn() ? weight_.to_dense() : weight_;
}

const at::Tensor& FrozenLinear::transposed() const {
  std::call_once(transposed_made_, [this] {
    const at::NoGradGuard no_grad;
    transposed_ = layout_of(kernels_, dense_weight().t().to(at::kFloat));
  });
  return transposed_;
}

}  // namespace vitrobust::models
