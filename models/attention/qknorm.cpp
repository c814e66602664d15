#include <torch/torch.h>

#include <cmath>

#include "models/attention/formulations.h"

namespace vitrobust::models {
namespace {

/// x / √(mean(x²) + ε) ∘ weight over the last dimension: Zhang and Sennrich 2019, arXiv 1910.07467, with
/// LayerNorm's ε.
at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double eps) {
  return x * at::rsqrt(x.square().mean(-1, /*keepdim=*/true) + eps) * weight;
}

}  // namespace

AttentionFactors qknorm_factors(const AttentionInputs& inputs, const VisionTransformerOptions& options) {
  const auto& learnt = inputs.learnt;
  const double scale = 1 / std::sqrt(static_cast<double>(options.head_dim()));
  if (options.qk_norm == QkNorm::rms_norm)
    return {rms_norm(inputs.q, learnt.at(0), options.norm_eps),
            rms_norm(inputs.k, learnt.at(1), options.norm_eps), scale};
  const auto layer_norm = [&](const at::Tensor& x, std::size_t first) {
    return at::layer_norm(x, {options.head_dim()}, learnt.at(first), learnt.at(first + 1), options.norm_eps);
  };
  return {layer_norm(inputs.q, 0), layer_norm(inputs.k, 2), scale};
}

std::vector<AttentionParameter> qknorm_parameters(const VisionTransformerOptions& options) {
  std::vector<AttentionParameter> parameters;
  for (const std::string norm : {"q_norm", "k_norm"}) {
    parameters.push_back({norm + ".weight", {options.head_dim()}, 1});
    if (options.qk_norm == QkNorm::layer_norm)
      parameters.push_back({norm + ".bias", {options.head_dim()}, 0});
  }
  return parameters;
}

}  // namespace vitrobust::models
