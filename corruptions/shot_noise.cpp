#include "corruptions/shot_noise.h"

#include <algorithm>
#include <array>
#include <mutex>
#include <optional>
#include <vector>

#include "core/poisson.h"
#include "corruptions/functions.h"
#include "corruptions/pixels.h"
#include "corruptions/severity.h"

namespace vitrobust::corruptions {
namespace {

/// Mean number of photons that white stands for. hendrycks/robustness @8190fe3: make_imagenet_c.py,
/// make_cifar_c.py, make_tinyimagenet_c.py, make_imagenet_c_inception.py, `shot_noise`.
constexpr SeverityTable<int> kPhotons{.imagenet = {60, 25, 12, 5, 3},
                                      .cifar = {500, 250, 100, 75, 50},
                                      .tiny = {250, 100, 50, 30, 15},
                                      .inception299 = {50, 20, 10, 5, 3}};

/// Draws per call: an even number, so that the draws are those of one call for the whole image.
constexpr std::size_t kBlock = 4096;

/// The Poisson distributions of the 256 levels when white stands for `photons`: constants, which take longer
/// to compute than a small image does, so each is computed once, when it is first needed.
const PoissonTables& tables_for(int photons, const CorruptionContext& context) {
  struct Lazy {
    std::once_flag once;
    std::optional<PoissonTables> tables;
  };
  static std::array<Lazy, 4 * 5> all;
  Lazy& lazy = all.at(static_cast<std::size_t>(context.set) * 5 + severity_index(context));
  std::call_once(lazy.once, [&] { lazy.tables.emplace(photon_tables(photons)); });
  return *lazy.tables;
}

}  // namespace

PoissonTables photon_tables(int photons) {
  std::array<double, 256> means;
  for (std::size_t i = 0; i < means.size(); ++i) means[i] = kUnit[i] * photons;
  return PoissonTables(means);
}

data::Image count_photons(const data::Image& image, int photons, const PoissonTables& tables,
                          RandomSource& random) {
  // From `photons` on the pixel is white.
  std::vector<std::uint8_t> level_of(static_cast<std::size_t>(photons) + 1);
  for (std::size_t i = 0; i < level_of.size(); ++i) level_of[i] = to_byte(static_cast<double>(i) / photons);
  const auto white = static_cast<std::uint32_t>(photons);

  data::Image result(image.height, image.width);
  std::array<std::uint32_t, kBlock> counts;
  for (std::size_t start = 0; start < image.pixels.size(); start += kBlock) {
    const std::size_t n = std::min(kBlock, image.pixels.size() - start);
    random.fill_poisson(tables, std::span(image.pixels).subspan(start, n), std::span(counts).first(n));
    for (std::size_t i = 0; i < n; ++i) result.pixels[start + i] = level_of[std::min(counts[i], white)];
  }
  return result;
}

data::Image shot_noise(const data::Image& image, const CorruptionContext& context) {
  const int photons = parameters_for(kPhotons, context);
  return count_photons(image, photons, tables_for(photons, context), context.random);
}

}  // namespace vitrobust::corruptions
