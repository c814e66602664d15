#include "eval/corruption_stage.h"

#include <fmt/format.h>

#include <memory>
#include <vector>

#include "core/error.h"
#include "core/numpy_random.h"
#include "core/parameters.h"
#include "core/random.h"
#include "core/sha256.h"
#include "corruptions/frost_textures.h"
#include "corruptions/jpeg.h"

namespace vitrobust::eval {
namespace {

/// Of the published ImageNet-C files: hendrycks/robustness @8190fe3, make_imagenet_c.py.
constexpr int kPublishedQuality = 85;

const std::vector<ParameterSpec>& corruption_parameters() {
  static const std::vector<ParameterSpec> specs = {{.name = "severity",
                                                    .type = ParameterType::integer,
                                                    .default_value = {},
                                                    .help = "1 (mild) to 5",
                                                    .minimum = 1,
                                                    .maximum = 5}};
  return specs;
}

std::string hash_of(const corruptions::FrostTextures& textures) {
  Sha256 hash;
  for (std::size_t i = 0; i < corruptions::FrostTextures::kCount; ++i) {
    const data::Image& image = textures.at_size(i, corruptions::FrostTextures::Size::native);
    hash.update(static_cast<std::uint64_t>(image.height)).update(image.pixels);
  }
  return "sha256:" + hash.hex();
}

}  // namespace

std::optional<PlannedCorruption> plan_corruption(const Stage& stage) {
  const auto* entry = corruptions::find_corruption(stage.name);
  if (entry == nullptr) return std::nullopt;
  const Parameters parameters = Parameters::resolve(stage, corruption_parameters());
  const int severity = static_cast<int>(parameters.integer("severity"));
  return PlannedCorruption{.entry = entry,
                           .severity = severity,
                           .stream = fmt::format("corruption/{}/{}", stage.name, severity),
                           .parameters = parameters.to_json()};
}

std::unique_ptr<RandomSource> random_source(RandomKind kind, std::uint64_t seed, const std::string& condition,
                                            std::uint64_t sample_id) {
  if (kind == RandomKind::numpy) return std::make_unique<NumpyLegacySource>(static_cast<std::uint32_t>(seed));
  return std::make_unique<PhiloxSource>(
      StreamKey{.seed = seed, .condition = condition, .sample_id = sample_id, .restart = 0});
}

Json CorruptionSettings::to_json() const {
  if (ready_made) return {{"source", "files"}, {"protocol", "published"}};
  return {{"source", "computed"},
          {"parameter_set", corruptions::to_string(parameter_set)},
          {"flavour", corruptions::to_string(flavour)},
          {"protocol", protocol == Protocol::memory ? "memory" : "published"},
          {"rng", random == RandomKind::philox ? "philox" : "numpy"},
          {"frost", frost ? hash_of(*frost) : "procedural"}};
}

void require_parameters(const PlannedCorruption& corruption, const CorruptionSettings& settings) {
  const corruptions::CorruptionEntry& entry = *corruption.entry;
  if (settings.ready_made || entry.has(settings.parameter_set)) return;
  std::vector<std::string> known;
  for (const corruptions::ParameterSet set : entry.sets) known.push_back(corruptions::to_string(set));
  throw UsageError(fmt::format("'{}' has no parameters for the set '{}', only for {}", entry.name,
                               corruptions::to_string(settings.parameter_set), fmt::join(known, ", ")),
                   "--params " + known.front());
}

std::string note_on(const PlannedCorruption& corruption, const CorruptionSettings& settings) {
  if (corruption.entry->name != "frost" || settings.frost || settings.ready_made) return {};
  return "with frost drawn by vitrobust: not comparable with published frost figures (--frost-dir)";
}

data::Image corrupt(const data::Image& image, const PlannedCorruption& corruption,
                    const CorruptionSettings& settings, std::uint64_t seed, std::uint64_t sample_id) {
  require_parameters(corruption, settings);
  const auto random = random_source(settings.random, seed, corruption.stream, sample_id);
  data::Image result = corruption.entry->apply(image, {.severity = corruption.severity,
                                                       .set = settings.parameter_set,
                                                       .flavour = settings.flavour,
                                                       .frost = settings.frost.get(),
                                                       .random = *random});
  if (settings.protocol == Protocol::published)
    result = corruptions::jpeg_round_trip(result, kPublishedQuality);
  return result;
}

}  // namespace vitrobust::eval
