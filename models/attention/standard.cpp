#include <torch/torch.h>

#include "models/attention/attention.h"

namespace vitrobust::models {

at::Tensor attend_standard(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
  return at::scaled_dot_product_attention(q, k, v);  // its default scale is 1/√D
}

}  // namespace vitrobust::models
