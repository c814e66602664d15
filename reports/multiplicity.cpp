#include "reports/multiplicity.h"

#include <algorithm>
#include <array>
#include <numeric>

namespace vitrobust::reports {
namespace {

constexpr std::array<std::string_view, 3> kNames = {"holm", "bh", "none"};

/// Places of the p-values from the smallest to the largest.
std::vector<std::size_t> ascending(std::span<const double> p_values) {
  std::vector<std::size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t place) { return p_values[place]; });
  return order;
}

std::vector<double> holm(std::span<const double> p_values) {
  std::vector<double> adjusted(p_values.size());
  double largest = 0;
  std::size_t remaining = p_values.size();
  for (const std::size_t place : ascending(p_values)) {
    largest = std::max(largest, std::min(1.0, static_cast<double>(remaining) * p_values[place]));
    adjusted[place] = largest;
    --remaining;
  }
  return adjusted;
}

std::vector<double> benjamini_hochberg(std::span<const double> p_values) {
  std::vector<double> adjusted(p_values.size());
  const std::vector<std::size_t> order = ascending(p_values);
  double smallest = 1;
  for (std::size_t rank = order.size(); rank > 0; --rank) {
    const std::size_t place = order[rank - 1];
    smallest =
        std::min(smallest, p_values[place] * static_cast<double>(order.size()) / static_cast<double>(rank));
    adjusted[place] = smallest;
  }
  return adjusted;
}

}  // namespace

std::span<const std::string_view> correction_names() {
  return kNames;
}

std::string_view to_string(Correction correction) {
  return kNames.at(static_cast<std::size_t>(correction));
}

std::optional<Correction> parse_correction(std::string_view name) {
  const auto found = std::ranges::find(kNames, name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<Correction>(found - kNames.begin());
}

std::vector<double> adjust(std::span<const double> p_values, Correction correction) {
  if (correction == Correction::holm) return holm(p_values);
  if (correction == Correction::benjamini_hochberg) return benjamini_hochberg(p_values);
  return {p_values.begin(), p_values.end()};
}

}  // namespace vitrobust::reports
