#include <algorithm>
#include <iterator>

#include "corruptions/perturbation.h"
#include "corruptions/perturbation_functions.h"

namespace vitrobust::corruptions {
namespace {

constexpr PerturbationEntry kTable[] = {
    {"gaussian_noise", "noise", "fresh Gaussian noise on every frame", true, &perturbations::gaussian_noise},
    {"shot_noise", "noise", "fresh Poisson noise on every frame", true, &perturbations::shot_noise},
    {"motion_blur", "blur", "an average along a line that turns", false, &perturbations::motion_blur},
    {"zoom_blur", "blur", "the mean of more and more enlargements", false, &perturbations::zoom_blur},
    {"snow", "weather", "flakes whose direction turns", false, &perturbations::snow},
    {"brightness", "weather", "from darker to brighter", false, &perturbations::brightness},
    {"translate", "digital", "moved from left to right, a pixel a frame", false, &perturbations::translate},
    {"rotate", "digital", "turned in the image plane, a degree a frame", false, &perturbations::rotate},
    {"tilt", "digital", "turned out of the image plane, in perspective", false, &perturbations::tilt},
    {"scale", "digital", "from smaller to larger", false, &perturbations::scale},
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
