#pragma once

#include <memory>
#include <vector>

#include "attacks/attack.h"

namespace vitrobust::attacks {

/// Parameters of cw: eps, steps, search_steps, learning_rate, initial_constant, confidence.
std::vector<ParameterSpec> cw_parameters();

/// The L2 attack of Carlini and Wagner ("Towards evaluating the robustness of neural networks", S&P 2017,
/// sections V and VI): Adam minimises ‖x − x0‖² + c·max(z_y − max_{i≠y} z_i + confidence, 0) in the space of
/// atanh, and c is searched for each sample: times 10 until an adversarial example is found, then by halving.
/// An image counts as adversarial when it would be misclassified with `confidence` added to the label's
/// logit. Without eps a sample is broken at any distance and the nearest image is kept; with eps only within
/// it, and then the sample leaves.
///
/// As in foolbox 3.3.4, pixels are drawn together by a factor 0.999999 before the atanh, x0 in the loss is
/// the clean image after that, the distance that counts is to the clean image itself, and with ten or more
/// search steps the last one goes back to the smallest c that worked. Adam is not ended early when it stalls:
/// the reference implementations decide that by the whole batch. Passes: steps·search_steps, and one over the
/// clean image. Draws nothing at random.
std::unique_ptr<Attack> make_cw(const Parameters& parameters);

}  // namespace vitrobust::attacks
