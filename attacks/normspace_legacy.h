#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/fraction.h"
#include "core/parameters.h"
#include "models/normalised_space.h"

namespace vitrobust::attacks {

/// What a condition calls the protocol: "normspace-legacy:attack=pgd,eps=1/255".
inline constexpr std::string_view kNormspaceLegacy = "normspace-legacy";

/// attack (clamp, fgsm, pgd, autoattack) and eps.
std::vector<ParameterSpec> normspace_legacy_parameters();

/// Attacks as the code of Elliptical Attention ran them (stefvk/Elliptical-Attention @5ae39ee, ImageAttack)
/// and, by its figures, the QUEST table: on the normalised image, with eps in its units, without clipping to
/// valid pixels, and against the model's own predictions instead of the labels. Not a threat model that a
/// reader would think of, hence a protocol of its own beside the table of attacks; docs/threat-models.md.
/// - `fgsm`: x + eps sign ∇; `pgd`: 20 steps of 0.15 eps from a uniform start; both cleverhans', y the
///   prediction;
/// - `autoattack`: auto-attack's standard version against the labels, which believes that valid pixels lie in
///   [0,1] and so first moves every normalised value there;
/// - `clamp`: that move alone, with no attack.
class NormspaceLegacy {
 public:
  explicit NormspaceLegacy(const Parameters& parameters);

  /// What the classifier finally sees, normalised: [N, 3, H, W].
  /// @param images  [N, 3, H, W] normalised; labels [N] int64
  /// Deterministic in (seed, sample id), whatever the batch.
  [[nodiscard]] at::Tensor run(const models::NormalisedSpaceClassifier& classifier, const at::Tensor& images,
                               const at::Tensor& labels, std::span<const std::uint64_t> sample_ids,
                               std::uint64_t seed) const;

  /// Upper bound of the passes per sample.
  [[nodiscard]] std::int64_t cost() const;
  /// How many of those have a backward pass, at most.
  [[nodiscard]] std::int64_t backward_passes() const;

 private:
  enum class Kind { clamp, fgsm, pgd, autoattack };

  Kind kind_;
  Fraction epsilon_;
};

}  // namespace vitrobust::attacks
