#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/fraction.h"
#include "core/parameters.h"

namespace vitrobust::attacks {

/// How the size of a perturbation δ is measured, over all values of an image: max |δ|, √Σδ², Σ|δ|.
enum class Norm { linf, l2, l1 };

inline constexpr std::array<Norm, 3> kNorms = {Norm::linf, Norm::l2, Norm::l1};

/// "linf", "l2", "l1".
std::string_view to_string(Norm norm);
/// @throws UsageError naming the text when it is none of them
Norm parse_norm(std::string_view text);

/// A restriction to few square patches on the grid of a ViT: patch (r, c) covers the rows r·size … and the
/// columns c·size …, in all channels.
struct PatchLimit {
  std::int64_t count = 0;  ///< patches of an image that may change
  std::int64_t size = 0;   ///< side of a patch in pixels, at least 1
};

/// What an attack may do to an image in [0,1] pixel space: stay in [0,1], and what stands here.
struct ThreatModel {
  Norm norm = Norm::linf;
  /// Radius of the ball around the clean image; none: any distance, as for attacks that look for the nearest
  /// adversarial example.
  std::optional<Fraction> epsilon;
  /// None: every pixel may change.
  std::optional<PatchLimit> patches = std::nullopt;

  /// eps as a number; none where it is.
  [[nodiscard]] std::optional<double> radius() const {
    return epsilon ? std::optional(epsilon->value()) : std::nullopt;
  }
  /// "linf, eps=8/255"; "l2, eps=none"; "linf, eps=1, 2 patches of 16×16".
  [[nodiscard]] std::string text() const;
};

// What attacks share in the table. Defaults of eps: 8/255 (linf), 0.5 (l2), 12 (l1), the radii that are usual
// for CIFAR-10 (Croce et al., "RobustBench", NeurIPS 2021; Croce and Hein, "Mind the box", ICML 2021).

/// norm: one of the norms named, the first by default.
ParameterSpec norm_parameter(const std::vector<Norm>& norms);
/// eps of an attack with a parameter norm, before which it stands in no table.
ParameterSpec epsilon_parameter();
/// eps of an attack that knows one norm only.
ParameterSpec epsilon_parameter(Norm norm);
/// eps of an attack that looks for the nearest adversarial example: `none` by default.
ParameterSpec optional_epsilon_parameter();

/// The norm that was chosen.
Norm norm_of(const Parameters& parameters);
/// The ball of norm and eps (eps may be `none`).
/// @throws UsageError for an L∞ radius above 1, which is more than the range of pixels
ThreatModel ball_threat(const Parameters& parameters);
/// The ball of an attack that knows one norm only.
ThreatModel ball_threat(Norm norm, const Parameters& parameters);

}  // namespace vitrobust::attacks
