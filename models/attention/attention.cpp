#include "models/attention/attention.h"

#include <torch/torch.h>

namespace vitrobust::models {

std::vector<AttentionParameter> attention_parameters(const VisionTransformerOptions& options) {
  const AttentionEntry& entry = attention_entry(options.attention);
  return entry.parameters ? entry.parameters(options) : std::vector<AttentionParameter>{};
}

AttentionFactors attention_factors(const AttentionInputs& inputs, const VisionTransformerOptions& options) {
  return attention_entry(options.attention).factors(inputs, options);
}

at::Tensor attend(const AttentionFactors& factors, const at::Tensor& v) {
  return at::scaled_dot_product_attention(factors.q, factors.k, v, /*attn_mask=*/{}, /*dropout_p=*/0.0,
                                          /*is_causal=*/false, factors.scale);
}

at::Tensor attention_weights(const AttentionFactors& factors) {
  return at::softmax(at::matmul(factors.q * factors.scale, factors.k.transpose(-2, -1)), -1);
}

}  // namespace vitrobust::models
