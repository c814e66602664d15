#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "attacks/attack.h"
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

/// One condition, looked up in the tables and ready to run.
struct PlannedCell {
  reports::Cell cell;
  /// Short name for files and progress: "clean", "fog-3", "perturbation-tilt-1", "pgd", "fog-3+fgsm".
  std::string slug;
  std::optional<PlannedCorruption> corruption;
  /// Alone in its cell.
  std::optional<PlannedPerturbation> perturbation;
  std::optional<PlannedAttack> attack;
  /// Forward passes a sample costs, counting a backward pass as two: for progress.
  std::uint64_t cost = 1;
};

/// Looks every condition up and fills defaults in. Each is a perturbation
/// sequence alone, or at most one corruption, then at most one attack.
/// @throws UsageError for unknown names (with the nearest), bad parameters, and conditions given twice
std::vector<PlannedCell> make_plan(std::span<const ConditionSpec> conditions);

}  // namespace vitrobust::eval
