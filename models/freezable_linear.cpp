#include "models/freezable_linear.h"

#include <torch/torch.h>

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

void FreezableLinearImpl::freeze(Kernels kernels, bool reduced) {
  const auto frozen = [this](Kernels used) {
    return std::make_shared<const FrozenLinear>(weight, bias, used);
  };
  exact_ = kernels == Kernels::plain ? nullptr : frozen(kernels);
  reduced_ = reduced ? frozen(Kernels::bf16) : nullptr;
}

torch::Tensor FreezableLinearImpl::forward(const torch::Tensor& input) {
  const auto& frozen = reduced_ && ReducedPrecisionGuard::active() ? reduced_ : exact_;
  return frozen ? frozen->forward(input) : torch::nn::LinearImpl::forward(input);
}

}  // namespace vitrobust::models
