#include "models/self_attention.h"

#include <torch/torch.h>

#include <algorithm>
#include <utility>

#include "models/attention/recorder.h"

namespace vitrobust::models {

void LearntGroupImpl::reset() {
  tensors_.clear();
  for (const auto& parameter : list_)
    tensors_.push_back(register_parameter(parameter.name, at::full(parameter.shape, parameter.initial)));
}

void SelfAttentionImpl::reset() {
  const auto width = options_.embed_dim;
  const auto inner = options_.num_heads * options_.head_dim();
  own_.clear();
  for (const auto& parameter : attention_parameters(options_)) {
    if (parameter.name.find('.') == std::string::npos)
      own_.push_back(register_parameter(parameter.name, at::full(parameter.shape, parameter.initial)));
  }
  qkv_ = register_module("qkv", FreezableLinear(width, 3 * inner, options_.qkv_bias, values_));
  register_learnt_groups();
  proj_ = register_module("proj", FreezableLinear(inner, width, options_.proj_bias, values_));
}

void SelfAttentionImpl::register_learnt_groups() {
  std::vector<std::pair<std::string, std::vector<AttentionParameter>>> lists;
  for (auto& parameter : attention_parameters(options_)) {
    const auto dot = parameter.name.find('.');
    if (dot == std::string::npos) continue;
    const std::string group = parameter.name.substr(0, dot);
    if (lists.empty() || lists.back().first != group) lists.push_back({group, {}});
    lists.back().second.push_back(
        {parameter.name.substr(dot + 1), std::move(parameter.shape), parameter.initial});
  }
  groups_.clear();
  for (auto& [name, list] : lists) groups_.push_back(register_module(name, LearntGroup(std::move(list))));
}

std::vector<at::Tensor> SelfAttentionImpl::learnt() const {
  std::vector<at::Tensor> tensors = own_;
  for (const auto& group : groups_) std::ranges::copy(group->tensors(), std::back_inserter(tensors));
  return tensors;
}

torch::Tensor SelfAttentionImpl::forward(const torch::Tensor& tokens, AttentionCarry& carry) {
  const auto heads = options_.num_heads;
  const auto head_width = options_.head_dim();
  const auto rows = tokens.size(0);
  const auto count = tokens.size(1);
  // [N, T, 3 · heads · head_width] to q, k and v of [N, heads, T, head_width]
  const auto qkv =
      qkv_->forward(tokens).reshape({rows, count, 3, heads, head_width}).permute({2, 0, 3, 1, 4}).unbind(0);
  const auto factors =
      attention_factors({qkv[0], qkv[1], qkv[2], learnt(), std::move(carry.q), std::move(carry.v)}, options_);
  if (attention_entry(options_.attention).uses_previous_block) carry = {qkv[0], qkv[2]};
  if (auto* const maps = AttentionRecorder::current()) maps->push_back(attention_weights(factors));
  const auto mixed = attend(factors, qkv[2]);
  return proj_->forward(mixed.transpose(1, 2).reshape({rows, count, heads * head_width}));
}

}  // namespace vitrobust::models
