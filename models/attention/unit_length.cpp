#include <torch/torch.h>

#include "models/attention/formulations.h"

namespace vitrobust::models {

at::Tensor unit_length(const at::Tensor& x) {
  constexpr double kSmallestNorm = 1e-12;  // the floor of F.normalize
  return x / at::linalg_vector_norm(x, 2, at::IntArrayRef{-1}, /*keepdim=*/true).clamp_min(kSmallestNorm);
}

}  // namespace vitrobust::models
