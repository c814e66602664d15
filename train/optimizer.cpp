#include "train/optimizer.h"

#include <torch/torch.h>

namespace vitrobust::train {

bool decays(const std::string& name, const at::Tensor& parameter) {
  return parameter.dim() >= 2 && name != "cls_token" && name != "pos_embed";
}

torch::optim::AdamW make_optimizer(const torch::nn::Module& model, double weight_decay) {
  std::vector<at::Tensor> decayed;
  std::vector<at::Tensor> free;
  for (const auto& parameter : model.named_parameters())
    (decays(parameter.key(), parameter.value()) ? decayed : free).push_back(parameter.value());
  const auto group = [](std::vector<at::Tensor> parameters, double decay) {
    return torch::optim::OptimizerParamGroup(
        std::move(parameters),
        std::make_unique<torch::optim::AdamWOptions>(torch::optim::AdamWOptions().weight_decay(decay)));
  };
  std::vector<torch::optim::OptimizerParamGroup> groups;
  groups.push_back(group(std::move(decayed), weight_decay));
  groups.push_back(group(std::move(free), 0));
  return torch::optim::AdamW(groups);
}

void set_learning_rate(torch::optim::AdamW& optimizer, double learning_rate) {
  for (auto& group : optimizer.param_groups()) group.options().set_lr(learning_rate);
}

}  // namespace vitrobust::train
