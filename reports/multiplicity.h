#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vitrobust::reports {

/// How p-values of several cells are corrected for there being several.
enum class Correction {
  /// Holm's step-down procedure: the chance of a single false finding among all cells stays below alpha,
  /// whatever the dependence between cells (S. Holm, Scandinavian Journal of Statistics 6, 1979).
  holm,
  /// Benjamini and Hochberg's step-up procedure: of the findings, a share of alpha at most is false on
  /// average,
  /// when the tests are independent or positively dependent (Journal of the Royal Statistical Society B 57,
  /// 1995).
  benjamini_hochberg,
  none,
};

/// "holm", "bh", "none", as the command line has them.
std::span<const std::string_view> correction_names();
std::string_view to_string(Correction correction);
/// Empty for a name that is none of correction_names().
std::optional<Correction> parse_correction(std::string_view name);

/// Adjusted p-values, in the order of the given ones: a finding counts when its adjusted p-value is at most
/// alpha. Never smaller than the given one, at most 1.
std::vector<double> adjust(std::span<const double> p_values, Correction correction);

}  // namespace vitrobust::reports
