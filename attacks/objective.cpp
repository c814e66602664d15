#include "attacks/objective.h"

#include <torch/torch.h>

namespace vitrobust::attacks {

ParameterSpec mode_parameter() {
  return {.name = "mode",
          .type = ParameterType::choice,
          .default_value = "default",
          .help = "default: broken samples leave at once; reference: step by step as auto-attack",
          .choices = {"default", "reference"}};
}

Mode mode_of(const Parameters& parameters) {
  return parameters.choice("mode") == "reference" ? Mode::reference : Mode::early_stop;
}

ParameterSpec eot_parameter() {
  return {.name = "eot",
          .type = ParameterType::integer,
          .default_value = "1",
          .help = "passes that a gradient is averaged over, for randomised models",
          .minimum = 1,
          .maximum = 10000};
}

Objective::Objective(const models::Classifier& classifier, models::LossFunction loss, std::int64_t eot,
                     Mode mode)
    : classifier_(classifier), loss_(std::move(loss)), eot_(eot), mode_(mode) {}

template <typename Pass>
models::LossGradient Objective::average(Pass pass) const {
  models::LossGradient sum = pass();
  if (eot_ == 1) return sum;
  for (std::int64_t i = 1; i < eot_; ++i) {
    const models::LossGradient next = pass();
    sum.logits = mode_ == Mode::reference ? next.logits : sum.logits + next.logits;
    sum.loss = mode_ == Mode::reference ? next.loss : sum.loss + next.loss;
    if (next.gradient.defined()) sum.gradient = sum.gradient + next.gradient;
  }
  const auto count = static_cast<double>(eot_);
  if (sum.gradient.defined()) sum.gradient = sum.gradient / count;
  if (mode_ != Mode::reference) {
    sum.logits = sum.logits / count;
    sum.loss = sum.loss / count;
  }
  return sum;
}

models::LossGradient Objective::gradient(const at::Tensor& images, const at::Tensor& targets) const {
  return average([&] { return classifier_.loss_gradient(images, targets, loss_); });
}

models::LossGradient Objective::value(const at::Tensor& images, const at::Tensor& targets) const {
  return average([&] {
    const at::Tensor logits = classifier_.logits(images);
    return models::LossGradient{logits, loss_(logits, targets), {}};
  });
}

}  // namespace vitrobust::attacks
