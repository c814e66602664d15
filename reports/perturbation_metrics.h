#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The measures of stability along a perturbation sequence of Hendrycks and Dietterich (ICLR 2019, arXiv
/// 1903.12261, section 4), as hendrycks/robustness @8190fe3: ImageNet-P/test.py computes them. A caller turns
/// each frame's scores into a Top5, each image's frames into one flip_share() and one mean_top5_distance(),
/// and the images' into an Estimate.
namespace vitrobust::reports {

/// The ten sequences that the means of the paper run over.
std::span<const std::string_view> imagenet_p_perturbations();

/// The five classes with the highest scores, best first; -1 where there are fewer classes.
using Top5 = std::array<std::int32_t, 5>;

/// On a tie the lower class comes first; not-a-number comes after everything.
/// @param scores one per class, logits or probabilities
Top5 top5_of(std::span<const float> scores);

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

/// The scores of the images under one sequence, image by image in the same order for every sequence.
struct PerturbationScores {
  std::string perturbation;
  /// Each a flip_share().
  std::vector<double> flips;
  /// Each a mean_top5_distance().
  std::vector<double> top5_distances;
};

/// What figures are divided by: those of another model, the paper's AlexNet for example, on the same frames.
/// No repository holds AlexNet's; whoever wants the paper's figures brings them.
struct PerturbationBaseline {
  std::string perturbation;
  double flip_probability = 0;
  double top5_distance = 0;
};

enum class StabilityMeasure { flips, top5_distance };

/// A mean over images with its 95 % interval, by bootstrap_interval() over images.
struct Estimate {
  double value = 0;
  double low = 0;
  double high = 0;
  std::uint64_t n = 0;
};

/// FP in [0, 1] or uT5D in [0, 18] of one sequence. With a baseline divided by its value: the flip rate FR or
/// the T5D ratio, no less than 0; the baseline counts as exact in the interval.
/// @throws InternalError without images, when a score is out of range or the baseline's value not above 0
Estimate stability(const PerturbationScores& scores, StabilityMeasure measure,
                   const PerturbationBaseline* baseline = nullptr);

/// Mean of FP or uT5D over the given sequences. Not the paper's mFR, nor comparable with it.
/// @throws InternalError without sequences or images, or when sequences have different numbers of images
Estimate mean_unnormalised_stability(std::span<const PerturbationScores> scores, StabilityMeasure measure);

/// mFR or mT5D: mean over the ten of the ratios to the baseline, as a ratio, not times 100; nothing unless
/// all ten are among both the scores and the baselines. What is not of the ten does not count.
/// @throws InternalError like stability(), and when sequences have different numbers of images
std::optional<Estimate> mean_stability(std::span<const PerturbationScores> scores, StabilityMeasure measure,
                                       std::span<const PerturbationBaseline> baselines);

}  // namespace vitrobust::reports
