#pragma once

#include "models/attention/attention.h"

namespace vitrobust::models {

// The formulations of attention_table(), each in a file of its own. x̄ is x / max(‖x‖₂, 1e-12) over the head's
// width D.

/// Logits q kᵀ / √D: Vaswani et al. 2017, arXiv 1706.03762, equation 1.
AttentionFactors standard_factors(const AttentionInputs& inputs, const VisionTransformerOptions& options);

/// Logits q k̄ᵀ, no scale: QUEST, arXiv 2604.00199. ‖qᵢ‖ alone sets how sharply token i attends; the lengths
/// of the keys have no say.
AttentionFactors quest_factors(const AttentionInputs& inputs, const VisionTransformerOptions& options);

/// Logits q̄ kᵀ, no scale: the ablation in QUEST's paper that normalises the queries instead.
AttentionFactors qnorm_factors(const AttentionInputs& inputs, const VisionTransformerOptions& options);

/// Logits norm(q) norm(k)ᵀ / √D with a learnt LayerNorm or RMSNorm (options.qk_norm) over D: Dehghani et al.
/// 2023, arXiv 2302.05442 (ViT-22B); timm's `qk_norm`. Parameters q_norm.weight [D], q_norm.bias [D]
/// (LayerNorm only), and the same of k_norm.
AttentionFactors qknorm_factors(const AttentionInputs& inputs, const VisionTransformerOptions& options);
std::vector<AttentionParameter> qknorm_parameters(const VisionTransformerOptions& options);

/// Logits c_h q̄ k̄ᵀ with one learnt c per head (`scale` [H]): a baseline of QUEST's paper, after Henry et al.
/// 2020, arXiv 2010.04245, who have one c in the place of 1/√D. The name of the tensor is ours: no checkpoint
/// is public.
AttentionFactors qknorm_hs_factors(const AttentionInputs& inputs, const VisionTransformerOptions& options);
std::vector<AttentionParameter> qknorm_hs_parameters(const VisionTransformerOptions& options);

/// Logits (c_q∘q̄)(c_k∘k̄)ᵀ with learnt scales per dimension (`q_scale`, `k_scale` [D], shared by the heads): a
/// baseline of QUEST's paper. The names of the tensors are ours: no checkpoint is public.
AttentionFactors qknorm_ds_factors(const AttentionInputs& inputs, const VisionTransformerOptions& options);
std::vector<AttentionParameter> qknorm_ds_parameters(const VisionTransformerOptions& options);

/// Logits q diag(w) kᵀ / √D with w of elliptical_weights(), and 1 in the first block: Nielsen et al. 2024,
/// arXiv 2406.13770.
AttentionFactors elliptical_factors(const AttentionInputs& inputs, const VisionTransformerOptions& options);

/// Logits q diag(w) k̄ᵀ, no scale: the combination in QUEST's paper, which does not publish how it is scaled;
/// this is our reading.
AttentionFactors elliptical_quest_factors(const AttentionInputs& inputs,
                                          const VisionTransformerOptions& options);

/// x̄, differentiable everywhere: below the floor ∂x̄/∂x is I/1e-12 instead of (I − x̄x̄ᵀ)/‖x‖, and stays finite.
at::Tensor unit_length(const at::Tensor& x);

/// q diag(w), the queries stretched along the dimensions in which the values changed most since the block
/// before, per image and head: w_d = m_d / max_e m_e, m_d the mean over the tokens of |v_d − v_d'| / δ_d,
/// where ' marks the block before. With EllipticalDelta::constant δ cancels; with queries it is |q_d − q_d'|
/// + 0.5, token by token. Without a block before, q itself. Facts from the authors' code
/// (stefvk/Elliptical-Attention), where w carries no gradient (EllipticalGradient::stop).
at::Tensor stretched_queries(const AttentionInputs& inputs, const VisionTransformerOptions& options);

}  // namespace vitrobust::models
