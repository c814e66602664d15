#pragma once

#include <ATen/core/Tensor.h>

#include <string>

namespace torch::nn {
class Module;
}
namespace torch::optim {
class AdamW;
}

namespace vitrobust::train {

/// Whether weight decay applies: to matrices and convolutions, not to biases, norms, the class token and the
/// position embedding.
bool decays(const std::string& name, const at::Tensor& parameter);

/// AdamW (Loshchilov and Hutter 2019, arXiv 1711.05101) with betas 0.9 and 0.999; its first group decays by
/// `weight_decay`, its second not at all.
torch::optim::AdamW make_optimizer(const torch::nn::Module& model, double weight_decay);

/// Sets the learning rate of all groups.
void set_learning_rate(torch::optim::AdamW& optimizer, double learning_rate);

}  // namespace vitrobust::train
