#pragma once

#include <vector>

#include "corruptions/perturbation.h"

/// The functions behind the table of perturbations; sources hendrycks/robustness @8190fe3:
/// ImageNet-P/create_p/make_imagenet_p.py and make_cifar_p.py. @throws InternalError unless the difficulty is
/// 1 to 3 and the crop not negative
namespace vitrobust::corruptions::perturbations {

/// The image, then 30 times fresh Gaussian noise on it; draws height·width·3 normals per noisy frame.
std::vector<data::Image> gaussian_noise(const data::Image& image, const PerturbationContext& context);

/// The image, then 30 times fresh Poisson noise on it; draws height·width·3 counts per noisy frame.
std::vector<data::Image> shot_noise(const data::Image& image, const PerturbationContext& context);

/// A motion blur whose direction turns; deterministic.
std::vector<data::Image> motion_blur(const data::Image& image, const PerturbationContext& context);

/// The mean of more and more enlargements of the centre; deterministic.
std::vector<data::Image> zoom_blur(const data::Image& image, const PerturbationContext& context);

/// The same flakes falling in a direction that turns; draws height·width normals, row-major.
std::vector<data::Image> snow(const data::Image& image, const PerturbationContext& context);

/// From darker to brighter, the V channel of HSV; deterministic.
std::vector<data::Image> brightness(const data::Image& image, const PerturbationContext& context);

/// From left to right, a pixel a frame; deterministic.
std::vector<data::Image> translate(const data::Image& image, const PerturbationContext& context);

/// A degree a frame; deterministic.
std::vector<data::Image> rotate(const data::Image& image, const PerturbationContext& context);

/// Turned about both axes of the image plane, seen in perspective; deterministic.
std::vector<data::Image> tilt(const data::Image& image, const PerturbationContext& context);

/// From smaller, with black around, to larger; deterministic.
std::vector<data::Image> scale(const data::Image& image, const PerturbationContext& context);

}  // namespace vitrobust::corruptions::perturbations
