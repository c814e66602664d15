#include <array>

#include "corruptions/normal_noise.h"
#include "corruptions/perturbation_frames.h"
#include "corruptions/perturbation_functions.h"
#include "corruptions/shot_noise.h"

namespace vitrobust::corruptions::perturbations {
namespace {

constexpr int kNoisyFrames = 30;

/// Standard deviation in units of the full range, at difficulty 1 to 3.
constexpr PerturbationParameters<std::array<double, 3>> kSigma{.imagenet = {.03, .05, .08},
                                                               .cifar = {.02, .04, .06}};
/// Mean number of photons that white stands for, at difficulty 1 to 3.
constexpr PerturbationParameters<std::array<int, 3>> kPhotons{.imagenet = {300, 120, 60},
                                                              .cifar = {700, 400, 200}};

/// The image as it is, then noisy(image) as often as the sequence has noise.
template <typename Noisy>
std::vector<data::Image> noise_sequence(const data::Image& image, const PerturbationContext& context,
                                        Noisy noisy) {
  std::vector<data::Image> frames;
  frames.reserve(1 + kNoisyFrames);
  frames.push_back(centre_crop(image, context.crop));
  for (int i = 0; i < kNoisyFrames; ++i) frames.push_back(noisy(frames.front()));
  return frames;
}

template <typename T>
const T& at_difficulty(const PerturbationParameters<std::array<T, 3>>& parameters,
                       const PerturbationContext& context) {
  check_perturbation(context);
  return parameters.of(context)[static_cast<std::size_t>(context.difficulty - 1)];
}

}  // namespace

// The reference draws with torch, channel by channel in float32: equal in distribution, not draw by draw.
std::vector<data::Image> gaussian_noise(const data::Image& image, const PerturbationContext& context) {
  const double sigma = at_difficulty(kSigma, context);
  const auto noisy = [](double x, double scale, double z) { return x + scale * z; };
  return noise_sequence(image, context, [&](const data::Image& first) {
    return add_normal_noise(first, {.constant = sigma}, noisy, context.random);
  });
}

std::vector<data::Image> shot_noise(const data::Image& image, const PerturbationContext& context) {
  const int photons = at_difficulty(kPhotons, context);
  const PoissonTables tables = photon_tables(photons);
  return noise_sequence(image, context, [&](const data::Image& first) {
    return count_photons(first, photons, tables, context.random);
  });
}

}  // namespace vitrobust::corruptions::perturbations
