#include <algorithm>
#include <iterator>

#include "corruptions/corruption.h"
#include "corruptions/functions.h"

namespace vitrobust::corruptions {
namespace {

constexpr CorruptionEntry kTable[] = {
    {"gaussian_noise", "noise", "independent Gaussian noise, as of a sensor in low light", &gaussian_noise},
    {"shot_noise", "noise", "Poisson noise, as of few photons", &shot_noise},
    {"impulse_noise", "noise", "single values replaced by 0 or 255: salt and pepper, per channel",
     &impulse_noise},
    {"defocus_blur", "blur", "the average over a disk, as of a lens out of focus", &defocus_blur},
    {"glass_blur", "blur", "pixels copied from nearby, as seen through frosted glass", &glass_blur},
    {"motion_blur", "blur", "an average along a line, as of a moving camera", &motion_blur},
    {"zoom_blur", "blur", "the mean of ever larger enlargements, as on approach", &zoom_blur},
    {"snow", "weather", "blurred flakes over a whitened image", &snow},
    {"frost", "weather", "pictures of ice laid over the image", &frost},
    {"fog", "weather", "fog of varying density, by the diamond-square algorithm", &fog},
    {"brightness", "weather", "a constant added to the V channel of HSV", &brightness},
    {"contrast", "digital", "every channel drawn towards its mean over the image", &contrast},
    {"elastic_transform", "digital", "smooth random displacements, with hendrycks after a random affine map",
     &elastic_transform},
    {"pixelate", "digital", "shrunk and enlarged again to visible squares", &pixelate},
    {"jpeg_compression", "digital", "the artefacts of a low-quality JPEG (4:2:0)", &jpeg_compression},
    {"speckle_noise", "extra", "Gaussian noise in proportion to the value", &speckle_noise},
    {"gaussian_blur", "extra", "convolution with an isotropic Gaussian", &gaussian_blur},
    {"spatter", "extra", "splashes of water on the lens, of mud at severities 4 and 5", &spatter},
    {"saturate", "extra", "the S channel of HSV scaled: less or more colour", &saturate},
};

}  // namespace

std::span<const CorruptionEntry> corruption_table() {
  return kTable;
}

const CorruptionEntry* find_corruption(std::string_view name) {
  const auto* const found = std::find_if(std::begin(kTable), std::end(kTable),
                                         [name](const CorruptionEntry& entry) { return entry.name == name; });
  return found == std::end(kTable) ? nullptr : found;
}

}  // namespace vitrobust::corruptions
