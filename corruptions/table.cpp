#include <algorithm>
#include <iterator>

#include "corruptions/corruption.h"
#include "corruptions/functions.h"

namespace vitrobust::corruptions {
namespace {

constexpr ParameterSet kImagenet[] = {ParameterSet::imagenet};
constexpr ParameterSet kCifar[] = {ParameterSet::cifar};
constexpr ParameterSet kImagenetAndCifar[] = {ParameterSet::imagenet, ParameterSet::cifar};

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
    {"caustic_refraction", "c-bar", "moved and lit as by the ripples of water", &caustic_refraction,
     kImagenet},
    {"inverse_sparkles", "c-bar", "faded to white outside a star", &inverse_sparkles, kImagenetAndCifar},
    {"sparkles", "c-bar", "five bright stars", &sparkles, kImagenetAndCifar},
    {"perlin_noise", "c-bar", "turbulence of Perlin noise", &perlin_noise, kImagenet},
    {"blue_noise_sample", "c-bar", "pixels blackened where blue noise is low", &blue_noise_sample,
     kImagenetAndCifar},
    {"plasma_noise", "c-bar", "coloured waves", &plasma_noise, kImagenet},
    {"checkerboard_cutout", "c-bar", "cells of a turned checkerboard greyed out", &checkerboard_cutout,
     kImagenetAndCifar},
    {"cocentric_sine_waves", "c-bar", "wavy rings added", &cocentric_sine_waves, kImagenet},
    {"single_frequency_greyscale", "c-bar", "a plane wave added", &single_frequency_greyscale, kImagenet},
    {"brownish_noise", "c-bar", "noise of low frequencies, per channel", &brownish_noise, kImagenetAndCifar},
    {"pinch_and_twirl", "c-bar", "nine cells twirled", &pinch_and_twirl, kCifar},
    {"ripple", "c-bar", "rows and columns displaced by a sine", &ripple, kCifar},
    {"circular_motion_blur", "c-bar", "blurred by small turns about the middle", &circular_motion_blur,
     kCifar},
    {"lines", "c-bar", "grey lines across the image", &lines, kCifar},
    {"transverse_chromatic_abberation", "c-bar", "two channels enlarged", &transverse_chromatic_abberation,
     kCifar},
};

}  // namespace

bool CorruptionEntry::has(ParameterSet set) const {
  return std::find(sets.begin(), sets.end(), set) != sets.end();
}

std::span<const CorruptionEntry> corruption_table() {
  return kTable;
}

const CorruptionEntry* find_corruption(std::string_view name) {
  const auto* const found = std::find_if(std::begin(kTable), std::end(kTable),
                                         [name](const CorruptionEntry& entry) { return entry.name == name; });
  return found == std::end(kTable) ? nullptr : found;
}

}  // namespace vitrobust::corruptions
