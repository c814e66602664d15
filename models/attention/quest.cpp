#include <torch/torch.h>

#include "models/attention/attention.h"

namespace vitrobust::models {
namespace {

/// The floor of F.normalize. Below it ∂k̄/∂k is I/1e-12 instead of (I − k̄k̄ᵀ)/‖k‖, and stays finite.
constexpr double kSmallestNorm = 1e-12;

at::Tensor unit_keys(const at::Tensor& k) {
  return k / at::linalg_vector_norm(k, 2, at::IntArrayRef{-1}, /*keepdim=*/true).clamp_min(kSmallestNorm);
}

}  // namespace

at::Tensor weights_quest(const at::Tensor& q, const at::Tensor& k) {
  return at::softmax(at::matmul(q, unit_keys(k).transpose(-2, -1)), -1);
}

at::Tensor attend_quest(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
  return at::scaled_dot_product_attention(q, unit_keys(k), v, /*attn_mask=*/{},
                                          /*dropout_p=*/0.0, /*is_causal=*/false, /*scale=*/1.0);
}

}  // namespace vitrobust::models
