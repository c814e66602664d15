#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>

#include "attacks/ball.h"
#include "core/philox.h"

namespace vitrobust::attacks {

/// Where in a ball attacks start.
enum class Start {
  /// PGD: uniform in the ball. linf: every value U[−eps, eps); l2: a Gaussian direction times eps·u^(1/D);
  /// l1:
  /// eps·sᵢEᵢ/(E₀ + … + E_D) with exponential E and random signs s, D the number of values.
  inside,
  /// APGD and FAB (Croce and Hein, "Reliable evaluation of adversarial robustness", ICML 2020, and its
  /// implementation fra31/auto-attack, a392200): linf U[−1, 1) stretched until its largest magnitude is eps;
  /// l2
  /// a Gaussian direction of length eps; l1 a Gaussian, projected onto the ball.
  boundary,
};

/// Random points of the ball: a draw as above, then cut to [0,1]. Bit-identical for a sample whatever the
/// batch around it, because each sample draws from its own Philox stream, in double and in the order channel,
/// row, column (`inside` in l2 and l1 draws u or E₀ after that; l1 draws the pair sᵢ, Eᵢ from one uniform).
/// @param ball        around N images
/// @param sample_ids  N of them
/// @param key         seed, condition ("attack/pgd") and restart; sample_ids complete it
at::Tensor random_start(const Ball& ball, Start start, std::span<const std::uint64_t> sample_ids,
                        StreamKey key);

}  // namespace vitrobust::attacks
