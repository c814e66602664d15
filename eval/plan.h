#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "attacks/attack.h"
#include "attacks/normspace_legacy.h"
#include "core/condition.h"
#include "eval/corruption_stage.h"
#include "eval/perturbation_stage.h"
#include "reports/report.h"

namespace vitrobust::eval {

/// An attack with its parameters, and what its successes are held to.
struct PlannedAttack {
  std::unique_ptr<attacks::Attack> attack;
  attacks::ThreatModel threat;
};

/// An attack of the protocol normspace-legacy.
struct PlannedLegacy {
  attacks::NormspaceLegacy attack;
};

/// One condition, looked up in the tables and ready to run.
struct PlannedCell {
  reports::Cell cell;
  /// Short name for files and progress: "clean", "fog-3", "perturbation-tilt-1", "pgd", "fog-3+fgsm".
  std::string slug;
  std::optional<PlannedCorruption> corruption;
  /// Alone in its cell.
  std::optional<PlannedPerturbation> perturbation;
  std::optional<PlannedAttack> attack;
  /// Alone in its cell.
  std::optional<PlannedLegacy> legacy;
  /// Forward passes that a sample costs, at most, and how many of them have a backward pass: for progress and
  /// dry runs.
  std::uint64_t cost = 1;
  std::uint64_t backward_passes = 0;
};

/// Looks every condition up and fills defaults in. Each is a perturbation
/// sequence or a normspace-legacy attack alone, or at most one corruption, then at most one attack.
/// @throws UsageError for unknown names (with the nearest), bad parameters, and conditions given twice
std::vector<PlannedCell> make_plan(std::span<const ConditionSpec> conditions);

}  // namespace vitrobust::eval
