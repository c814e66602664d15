#include <torch/torch.h>

#include <cmath>

#include "models/attention/formulations.h"

namespace vitrobust::models {
namespace {

/// w [B, H, 1, D], its largest entry 1 in every image and head.
at::Tensor elliptical_weights(const AttentionInputs& inputs, EllipticalDelta delta) {
  constexpr double kOffset = 0.5;
  // Where no value changed at all, w is 0 instead of 0/0: every token attends to all alike.
  constexpr double kSmallestChange = 1e-12;
  at::Tensor change = (inputs.v - inputs.previous_v).abs();
  if (delta == EllipticalDelta::queries) change = change / ((inputs.q - inputs.previous_q).abs() + kOffset);
  const at::Tensor mean = change.mean(-2, /*keepdim=*/true);
  return mean / mean.amax(-1, /*keepdim=*/true).clamp_min(kSmallestChange);
}

}  // namespace

at::Tensor stretched_queries(const AttentionInputs& inputs, const VisionTransformerOptions& options) {
  if (!inputs.previous_v.defined()) return inputs.q;
  const at::Tensor weights = elliptical_weights(inputs, options.elliptical_delta);
  return inputs.q * (options.elliptical_gradient == EllipticalGradient::stop ? weights.detach() : weights);
}

AttentionFactors elliptical_factors(const AttentionInputs& inputs, const VisionTransformerOptions& options) {
  return {stretched_queries(inputs, options), inputs.k,
          1 / std::sqrt(static_cast<double>(options.head_dim()))};
}

}  // namespace vitrobust::models
