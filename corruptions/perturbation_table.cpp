#include <algorithm>
#include <iterator>

#include "corruptions/perturbation.h"
#include "corruptions/perturbation_functions.h"

namespace vitrobust::corruptions {
namespace {

constexpr PerturbationEntry kTable[] = {
    {"gaussian_noise", "noise", "fresh Gaussian noise on every frame", true, 31, 31,
     &perturbations::gaussian_noise},
    {"shot_noise", "noise", "fresh Poisson noise on every frame", true, 31, 31, &perturbations::shot_noise},
    {"motion_blur", "blur", "an average along a line that turns", false, 31, 21, &perturbations::motion_blur},
    {"zoom_blur", "blur", "the mean of more and more enlargements", false, 31, 31, &perturbations::zoom_blur},
    {"snow", "weather", "flakes whose direction turns", false, 31, 31, &perturbations::snow},
    {"brightness", "weather", "from darker to brighter", false, 31, 31, &perturbations::brightness},
    {"translate", "digital", "moved from left to right, a pixel a frame", false, 41, 16,
     &perturbations::translate},
    {"rotate", "digital", "turned in the image plane, a degree a frame", false, 31, 31,
     &perturbations::rotate},
    {"tilt", "digital", "turned out of the image plane, in perspective", false, 31, 31, &perturbations::tilt},
    {"scale", "digital", "from smaller to larger", false, 31, 31, &perturbations::scale},
};

}  // namespace

std::span<const PerturbationEntry> perturbation_table() {
  return kTable;
}

const PerturbationEntry* find_perturbation(std::string_view name) {
  const auto* const found =
      std::find_if(std::begin(kTable), std::end(kTable),
                   [name](const PerturbationEntry& entry) { return entry.name == name; });
  return found == std::end(kTable) ? nullptr : found;
}

}  // namespace vitrobust::corruptions
