#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/condition.h"
#include "core/json.h"
#include "corruptions/perturbation.h"
#include "data/image.h"
#include "eval/corruption_stage.h"
#include "reports/perturbation_metrics.h"

namespace vitrobust::eval {

/// What a condition calls a perturbation sequence: "perturbation:sequence=tilt,difficulty=1". The sequences'
/// own names would not do, as some are corruptions' too.
inline constexpr std::string_view kPerturbation = "perturbation";

/// A perturbation sequence with its difficulty.
struct PlannedPerturbation {
  const corruptions::PerturbationEntry* entry = nullptr;
  int difficulty = 1;
  /// Names its stream of random draws: "perturbation/tilt/1".
  std::string stream;
  /// The stage's parameters with defaults filled in, for the report.
  Json parameters;

  /// Which frames of the sequence are compared with which.
  [[nodiscard]] reports::FramePairs pairs() const {
    return {.with_first = entry->compared_with_first, .step = difficulty};
  }
};

/// The sequence that a stage named kPerturbation asks for; nothing for a stage of another name.
/// @throws UsageError for an unknown sequence or a difficulty that is not 1 to 3
std::optional<PlannedPerturbation> plan_perturbation(const Stage& stage);

/// What a reader of a sequence's row must know; empty when there is nothing.
std::string note_on_perturbations(const CorruptionSettings& settings);

/// The sample's frames, cropped to `side` unless it is 0.
/// @param image the sample as it is before the crop
std::vector<data::Image> perturb(const data::Image& image, const PlannedPerturbation& perturbation,
                                 const CorruptionSettings& settings, int side, std::uint64_t seed,
                                 std::uint64_t sample_id);

}  // namespace vitrobust::eval
