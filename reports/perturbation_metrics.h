#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

/// The measures of stability along a perturbation sequence of Hendrycks and Dietterich (ICLR 2019, arXiv
/// 1903.12261, section 4), as hendrycks/robustness @8190fe3: ImageNet-P/test.py computes them. A caller turns
/// each frame's scores into a Top5 and each image's frames into one flip_share() and one
/// mean_top5_distance(); reports/stability.h averages them over images.
namespace vitrobust::reports {

/// The ten sequences that the means of the paper run over.
std::span<const std::string_view> imagenet_p_perturbations();

/// The five classes with the highest scores, best first; -1 where there are fewer classes.
using Top5 = std::array<std::int32_t, 5>;

/// On a tie the lower class comes first; not-a-number comes after everything.
/// @param scores one per class, logits or probabilities
Top5 top5_of(std::span<const double> scores);

/// Which frames of a sequence are compared.
struct FramePairs {
  /// Every frame with frame 0, as for the noises, instead of with one before it.
  bool with_first = false;
  /// How far before: the difficulty, 1 to 3, of the sequences that are not noise. Nothing where with_first.
  int step = 1;
};

/// Share of the pairs whose predictions differ, in [0, 1]; its mean over images is the flip probability FP.
/// @param predictions class of every frame, in order
/// @throws InternalError when there is no pair or the step is below 1
double flip_share(std::span<const std::int32_t> predictions, FramePairs pairs);
double flip_share(std::span<const Top5> frames, FramePairs pairs);

/// The largest that top5_distance() can be: the fifth class becomes the first, 4, and the others leave the
/// five, 5 + 4 + 3 + 2.
inline constexpr double kLargestTop5Distance = 18;

/// By how much the ranks of the five best classes change: the sum over them of the difference of the ranks 0
/// to 4 in `before` and `after`, where a class that is not among the five of `after` has rank 5. In [0, 18];
/// 0 when both are equal. Not symmetric.
double top5_distance(const Top5& before, const Top5& after);

/// Mean over the pairs; its mean over images is the unnormalised top-5 distance uT5D.
/// @throws InternalError when there is no pair or the step is below 1
double mean_top5_distance(std::span<const Top5> frames, FramePairs pairs);

}  // namespace vitrobust::reports
