#include "attacks/adam.h"

#include <torch/torch.h>

#include <cmath>

namespace vitrobust::attacks {
namespace {

constexpr double kBeta1 = 0.9;
constexpr double kBeta2 = 0.999;
constexpr double kGuard = 1e-8;

}  // namespace

Adam::Adam(const at::Tensor& like, double learning_rate)
    : learning_rate_(learning_rate), mean_(at::zeros_like(like)), square_(at::zeros_like(like)) {}

at::Tensor Adam::step(const at::Tensor& gradient) {
  ++steps_;
  mean_ = kBeta1 * mean_ + (1 - kBeta1) * gradient;
  square_ = kBeta2 * square_ + (1 - kBeta2) * gradient.square();
  const auto steps = static_cast<double>(steps_);
  const at::Tensor mean = mean_ / (1 - std::pow(kBeta1, steps));
  const at::Tensor square = square_ / (1 - std::pow(kBeta2, steps));
  return learning_rate_ * mean / (square.sqrt() + kGuard);
}

}  // namespace vitrobust::attacks
