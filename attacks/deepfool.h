#pragma once

#include <memory>
#include <vector>

#include "attacks/attack.h"

namespace vitrobust::attacks {

/// Parameters of deepfool: norm, eps, steps, classes, overshoot.
std::vector<ParameterSpec> deepfool_parameters();

/// DeepFool (Moosavi-Dezfooli et al., "DeepFool: a simple and accurate method to fool deep neural networks",
/// CVPR 2016, algorithm 2; L∞ after its section 2.3) in L2 or L∞: steps to the nearest boundary of the
/// linearised network, summed up and lengthened by `overshoot`, until the image is misclassified. Without eps
/// a sample is broken at any distance, with it only within eps. The boundaries are those of the `classes`
/// likeliest other classes of the clean image; guards as in foolbox 3.3.4 (1e-8 on norms, 1e-4 on the
/// distance). Passes: one per class and step, and one after the step. Draws nothing at random.
std::unique_ptr<Attack> make_deepfool(const Parameters& parameters);

}  // namespace vitrobust::attacks
