#pragma once

#include <cstddef>

#include "corruptions/perturbation.h"
#include "data/image.h"

namespace vitrobust::corruptions {

/// @throws InternalError unless the difficulty is 1 to 3 and the crop not negative
void check_perturbation(const PerturbationContext& context);

/// The centre square of that side, or as much of it as there is, placed as torchvision's CenterCrop does; the
/// whole image for 0.
data::Image centre_crop(const data::Image& image, int side);

/// What ImageNet-P and CIFAR-10-P have for one sequence.
template <typename T>
struct PerturbationParameters {
  T imagenet;
  T cifar;

  [[nodiscard]] const T& of(const PerturbationContext& context) const {
    return context.set == ParameterSet::cifar ? cifar : imagenet;
  }
};

}  // namespace vitrobust::corruptions
