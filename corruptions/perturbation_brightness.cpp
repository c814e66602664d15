#include "corruptions/hsv.h"
#include "corruptions/perturbation_frames.h"
#include "corruptions/perturbation_functions.h"

namespace vitrobust::corruptions::perturbations {

std::vector<data::Image> brightness(const data::Image& image, const PerturbationContext& context) {
  constexpr int kMiddle = 15;
  /// Percent of the full range per frame.
  constexpr PerturbationParameters<double> kStep{.imagenet = 2, .cifar = 1.5};
  check_perturbation(context);
  const data::Image cropped = centre_crop(image, context.crop);
  std::vector<data::Image> frames;
  for (int i = 0; i <= 2 * kMiddle; ++i)
    frames.push_back(change_hsv(cropped, {.value_offset = (i - kMiddle) * kStep.of(context) / 100}));
  return frames;
}

}  // namespace vitrobust::corruptions::perturbations
