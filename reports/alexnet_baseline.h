#pragma once

#include <array>
#include <span>
#include <string_view>

namespace vitrobust::reports {

/// Top-1 error of torchvision's AlexNet on one corruption of the published ImageNet-C (224 pixels, JPEG).
struct BaselineError {
  std::string_view corruption;
  /// One of the four that are not part of mCE.
  bool extra = false;
  /// Summed over severities 1 to 5.
  double sum = 0;
};

/// The denominators of CE: hendrycks/robustness @8190fe3; per severity for the fifteen, the mean times five
/// for the extra four (facebookresearch/augmentation-corruption @ba4d5a5).
std::span<const BaselineError> alexnet_errors();

/// Its error on clean images.
inline constexpr double kAlexnetCleanError = 0.435;

/// How the report names it.
inline constexpr std::string_view kAlexnetBaseline = "AlexNet (torchvision) on the published ImageNet-C";

}  // namespace vitrobust::reports
