#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>

#include "attacks/projection.h"
#include "core/philox.h"

namespace vitrobust::attacks {

/// Starting points clean + U[−epsilon, epsilon)^(3·H·W), projected onto the box: bit-identical for a sample
/// whatever the batch around it, because each sample draws from its own Philox stream, in double and in the
/// order channel, row, column.
/// @param clean       [N, 3, H, W] in [0,1], float32 or float64
/// @param box         of `clean`, radius epsilon
/// @param sample_ids  N of them
/// @param key         seed, condition ("attack/pgd") and restart; sample_ids complete it
at::Tensor random_start(const at::Tensor& clean, const LinfBox& box, double epsilon,
                        std::span<const std::uint64_t> sample_ids, StreamKey key);

}  // namespace vitrobust::attacks
