#pragma once

#include <memory>
#include <vector>

#include "attacks/attack.h"

namespace vitrobust::attacks {

/// Parameters of square: norm, eps, queries, p, restarts, rescale_schedule.
std::vector<ParameterSpec> square_parameters();

/// Square attack (Andriushchenko et al., "Square attack: a query-efficient black-box adversarial attack via
/// random search", ECCV 2020; L1 after Croce and Hein, "Mind the box", ICML 2021), no gradients: a random
/// window is changed and the change kept where it lowers the margin z_y − max_{i≠y} z_i. A sample leaves when
/// it is misclassified. Passes: one over the clean image, one over the start of a restart, `queries` more.
///
/// Differs from fra31/auto-attack (a392200) in this: window and, in l2 and l1, orientation are drawn for each
/// sample, from Philox keyed by (seed, "attack/square", sample id, restart), where auto-attack draws one for
/// the whole batch, so that results depend on its size; windows reach the last row and column, as in the
/// paper; a window that is larger than one side of an image is cut to it; a tie of logits counts as
/// misclassified only when the argmax says so. For a batch of one and the same draws, the two agree.
std::unique_ptr<Attack> make_square(const Parameters& parameters);

}  // namespace vitrobust::attacks
