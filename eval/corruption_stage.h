#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/condition.h"
#include "core/json.h"
#include "corruptions/corruption.h"
#include "data/image.h"

namespace vitrobust::eval {

/// A corruption with its severity.
struct PlannedCorruption {
  const corruptions::CorruptionEntry* entry = nullptr;
  int severity = 1;
  /// Names its stream of random draws: "corruption/fog/3", the same alone and before an attack.
  std::string stream;
  /// The stage's parameters with defaults filled in, for the report.
  Json parameters;
};

/// The corruption that a stage of a condition names; nothing if no corruption has that name.
/// @throws UsageError for parameters that it does not take
std::optional<PlannedCorruption> plan_corruption(const Stage& stage);

/// `memory`: corrupted pixels are classified as they are. `published`: they go through the JPEG of quality 85
/// that the published ImageNet-C files went through, on which the AlexNet baseline was measured.
enum class Protocol { memory, published };

/// Where corruptions draw from: `philox` keyed by seed, condition and sample; `numpy`, for every corruption
/// of every image anew, from numpy's legacy generator with that seed, as the reference packages would after
/// `np.random.seed(seed)`.
enum class RandomKind { philox, numpy };

/// The draws of one condition on one sample.
/// @param condition names the Philox stream; numpy's generator starts anew for every condition
/// @param seed below 2^32 for RandomKind::numpy
std::unique_ptr<RandomSource> random_source(RandomKind kind, std::uint64_t seed, const std::string& condition,
                                            std::uint64_t sample_id);

/// What a run does alike to every image that it corrupts.
struct CorruptionSettings {
  corruptions::ParameterSet parameter_set = corruptions::ParameterSet::imagenet;
  corruptions::Flavour flavour = corruptions::Flavour::hendrycks;
  Protocol protocol = Protocol::memory;
  RandomKind random = RandomKind::philox;
  /// The user's pictures of ice; null: the project's own.
  std::shared_ptr<const corruptions::FrostTextures> frost = nullptr;
  /// The images lie corrupted in the dataset, by whoever made them; nothing above is used.
  bool ready_made = false;

  [[nodiscard]] Json to_json() const;
};

/// @throws UsageError unless the corruption has parameters for the set that is computed with
void require_parameters(const PlannedCorruption& corruption, const CorruptionSettings& settings);

/// What a reader of the corruption's row must know; empty when there is nothing.
std::string note_on(const PlannedCorruption& corruption, const CorruptionSettings& settings);

/// The sample's image after the corruption and, under `published`, the JPEG.
/// @throws UsageError for a parameter set that the corruption has not
/// @param seed below 2^32 for RandomKind::numpy
data::Image corrupt(const data::Image& image, const PlannedCorruption& corruption,
                    const CorruptionSettings& settings, std::uint64_t seed, std::uint64_t sample_id);

}  // namespace vitrobust::eval
