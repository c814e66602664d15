#include <torch/torch.h>

#include <cmath>

#include "models/attention/attention.h"

namespace vitrobust::models {

at::Tensor attend_standard(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
  return at::scaled_dot_product_attention(q, k, v);  // its default scale is 1/√D
}

at::Tensor weights_standard(const at::Tensor& q, const at::Tensor& k) {
  const double scale = 1 / std::sqrt(static_cast<double>(q.size(-1)));
  return at::softmax(at::matmul(q * scale, k.transpose(-2, -1)), -1);
}

}  // namespace vitrobust::models
