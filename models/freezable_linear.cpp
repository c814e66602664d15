#include "models/freezable_linear.h"

#include <torch/torch.h>

#include <cmath>

namespace vitrobust::models {
namespace {

thread_local bool reduced_precision = false;

}  // namespace

ReducedPrecisionGuard::ReducedPrecisionGuard(bool on) : before_(reduced_precision) {
  reduced_precision = reduced_precision || on;
}

ReducedPrecisionGuard::~ReducedPrecisionGuard() {
  reduced_precision = before_;
}

bool ReducedPrecisionGuard::active() {
  return reduced_precision;
}

FreezableLinearImpl::FreezableLinearImpl(std::int64_t inputs, std::int64_t outputs, bool with_bias,
                                         InitialValues values, Reducible reducible)
    : inputs_(inputs), outputs_(outputs), with_bias_(with_bias), values_(values), reducible_(reducible) {
  reset();
}

void FreezableLinearImpl::reset() {
  weight = register_parameter("weight", torch::empty({outputs_, inputs_}));
  bias = with_bias_ ? register_parameter("bias", torch::empty({outputs_}))
                    : register_parameter("bias", {}, /*requires_grad=*/false);
  if (values_ == InitialValues::unset) return;
  // The draws of torch::nn::Linear, one for one: networks of a seed stay what they were.
  torch::nn::init::kaiming_uniform_(weight, std::sqrt(5.0));
  const double bound = 1 / std::sqrt(static_cast<double>(inputs_));
  if (with_bias_) torch::nn::init::uniform_(bias, -bound, bound);
}

void FreezableLinearImpl::freeze(Kernels kernels, std::optional<Kernels> reduced) {
  if (released_) weight.set_data(exact_->dense_weight());
  const auto frozen = [this](Kernels used) {
    return std::make_shared<const FrozenLinear>(weight, bias, used);
  };
  exact_ = kernels == Kernels::plain ? nullptr : frozen(kernels);
  reduced_ = reduced && reducible_ == Reducible::yes ? frozen(*reduced) : nullptr;
  // The frozen layer has the weight in a layout of its own: one copy is enough.
  released_ = kernels == Kernels::onednn || kernels == Kernels::avx512;
  if (released_) weight.set_data(torch::empty({0}));
}

torch::Tensor FreezableLinearImpl::forward(const torch::Tensor& input) {
  const auto& frozen = reduced_ && ReducedPrecisionGuard::active() ? reduced_ : exact_;
  return frozen ? frozen->forward(input) : torch::nn::functional::linear(input, weight, bias);
}

}  // namespace vitrobust::models
