#pragma once

#include <map>
#include <optional>
#include <string>

#include "core/json.h"

namespace vitrobust::reports {

/// What one sequence's figures are divided by.
struct SequenceBaseline {
  double flip_probability = 0;
  double top5_distance = 0;
};

/// Another model's figures on the same frames, AlexNet's for the paper's mFR and mT5D. No repository holds
/// AlexNet's; whoever wants the paper's figures brings them.
struct PerturbationBaseline {
  std::string name;
  std::map<std::string, SequenceBaseline> sequences;  ///< by name; both figures are above 0

  [[nodiscard]] std::optional<SequenceBaseline> find(const std::string& sequence) const;
  /// {"name": …, "sequences": {"tilt": {"flip_probability": …, "top5_distance": …}, …}}, as it is read.
  [[nodiscard]] Json to_json() const;
};

/// Reads a baseline: an object as to_json() makes it, or the report.json of a run of that model, whose
/// sequences of difficulty 1 are taken.
/// @throws InputError naming the sequence and the field when something is missing, unknown or out of range,
/// or a sequence has an error or was interrupted
PerturbationBaseline read_perturbation_baseline(const std::string& path);

}  // namespace vitrobust::reports
