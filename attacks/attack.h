#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "attacks/threat_model.h"
#include "core/parameters.h"
#include "models/classifier.h"

namespace vitrobust::attacks {

/// The samples to attack; all three have N rows.
struct AttackInput {
  at::Tensor images;  ///< [N, 3, H, W] in [0,1], in the classifier's dtype
  at::Tensor labels;  ///< [N] int64: ground truth
  std::span<const std::uint64_t> sample_ids;
};

/// What an attack found. Nothing here is trusted: the pipeline clamps, measures and classifies every image
/// again.
struct AttackOutput {
  at::Tensor adversarial;  ///< [N, 3, H, W]; a sample that was not broken keeps its strongest attempt
  at::Tensor broken;       ///< [N] bool: misclassified at some iterate (or before the attack)
  at::Tensor queries;  ///< [N] int64: forward passes spent on the sample, backward passes included in them
  /// Names of the attacks that an attack is made of, in the order they ran; empty for an attack of one piece.
  std::vector<std::string> components = {};
  /// [N] int64, of an attack made of several: which component broke the sample, −1 where none did or none had
  /// to; undefined for an attack of one piece.
  at::Tensor broken_by = {};
};

/// An attack with its parameters fixed. Stateless: any number of threads may run it.
class Attack {
 public:
  virtual ~Attack() = default;
  /// Random draws come from Philox keyed by (seed, attack, sample id, restart) and nothing else.
  [[nodiscard]] virtual AttackOutput run(const models::Classifier& classifier, const AttackInput& input,
                                         std::uint64_t seed) const = 0;
  /// Upper bound of forward-plus-backward passes per sample, for progress and dry runs.
  [[nodiscard]] virtual std::int64_t cost() const = 0;
  /// How many of those have a backward pass, at most.
  [[nodiscard]] virtual std::int64_t backward_passes() const = 0;
};

/// One line of the table.
struct AttackEntry {
  std::string_view name;
  std::string_view help;
  std::vector<ParameterSpec> parameters;
  std::unique_ptr<Attack> (*make)(const Parameters& parameters);
  /// Within which a success must lie, for the pipeline's audit.
  ThreatModel (*threat_model)(const Parameters& parameters);
};

std::span<const AttackEntry> attack_table();
/// The entry of that name, or nullptr.
const AttackEntry* find_attack(std::string_view name);

}  // namespace vitrobust::attacks
