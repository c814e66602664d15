#include "reports/alexnet_baseline.h"

namespace vitrobust::reports {
namespace {

constexpr BaselineError kErrors[] = {
    {"gaussian_noise", false, .69528 + .82542 + .93554 + .98138 + .99452},
    {"shot_noise", false, .71224 + .85108 + .93574 + .98182 + .99146},
    {"impulse_noise", false, .78374 + .89808 + .94870 + .98720 + .99548},
    {"defocus_blur", false, .65624 + .73202 + .85036 + .91364 + .94714},
    {"glass_blur", false, .64308 + .75054 + .88806 + .91622 + .93344},
    {"motion_blur", false, .58430 + .70048 + .82108 + .89750 + .92638},
    {"zoom_blur", false, .70008 + .76992 + .80784 + .84198 + .87198},
    {"snow", false, .71726 + .88392 + .86468 + .91870 + .94952},
    {"frost", false, .61390 + .79734 + .88790 + .89942 + .93430},
    {"fog", false, .67474 + .76050 + .84378 + .87260 + .94500},
    {"brightness", false, .45140 + .48502 + .54048 + .62166 + .72440},
    {"contrast", false, .64548 + .76150 + .88874 + .97760 + .99270},
    {"elastic_transform", false, .52596 + .70116 + .55686 + .64076 + .80554},
    {"pixelate", false, .52218 + .54620 + .73728 + .87092 + .91262},
    {"jpeg_compression", false, .51002 + .54718 + .57294 + .65458 + .74778},
    {"speckle_noise", true, 5 * .845388},
    {"gaussian_blur", true, 5 * .787108},
    {"spatter", true, 5 * .717512},
    {"saturate", true, 5 * .658248},
};

}  // namespace

std::span<const BaselineError> alexnet_errors() {
  return kErrors;
}

}  // namespace vitrobust::reports
