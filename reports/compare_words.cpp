#include "reports/compare_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace vitrobust::reports {
namespace {

/// With a real minus sign, and none before a zero.
std::string signed_text(double value, bool plus) {
  std::string digits = fmt::format("{:.1f}", std::abs(value));
  if (digits == "0.0") return digits;
  if (value < 0) return "−" + digits;
  return plus ? "+" + digits : digits;
}

std::string plural(std::size_t count, const char* one, const char* several) {
  return fmt::format("{} {}", count, count == 1 ? one : several);
}

}  // namespace

std::string percent_text(double proportion) {
  return fmt::format("{:.1f}", 100 * proportion);
}

std::string points_text(double difference) {
  return signed_text(100 * difference, true);
}

std::string points_text(const Interval& interval) {
  return signed_text(100 * interval.low, false) + "…" + signed_text(100 * interval.high, false);
}

std::string p_text(double p) {
  if (p < 0.001) return "p<0.001";
  if (p >= 1) return "p=1";
  // Rounding must not make a certainty of it.
  if (p < 0.1) return fmt::format("p={:.3f}", p);
  return fmt::format("p={:.2f}", std::min(p, 0.99));
}

std::string correction_text(Correction correction) {
  if (correction == Correction::holm) return " after Holm";
  if (correction == Correction::benjamini_hochberg) return " after Benjamini–Hochberg";
  return {};
}

std::string count_text(std::uint64_t count) {
  std::string text = std::to_string(count);
  for (std::size_t place = text.size(); place > 3; place -= 3) text.insert(place - 3, ",");
  return text;
}

std::string about_text(std::uint64_t count) {
  std::uint64_t unit = 1;
  while (count / unit >= 100) unit *= 10;
  return count_text((count + unit - 1) / unit * unit);
}

std::string aggregate_label(const std::string& id) {
  constexpr std::array<std::pair<const char*, const char*>, 5> kLabels = {
      {{"mean_corruption_accuracy", "mean over corruptions"},
       {"worst_case_accuracy", "worst case over attacks"},
       {"mce", "mCE"},
       {"relative_mce", "relative mCE"},
       {"mean_flip_probability", "mean flip probability"}}};
  const auto found = std::ranges::find_if(kLabels, [&](const auto& label) { return id == label.first; });
  return found == kLabels.end() ? id : found->second;
}

bool is_headline(const AggregateComparison& aggregate) {
  return aggregate.n_conditions > 1 && aggregate_label(aggregate.id) != aggregate.id;
}

std::string finding_sentence(const Comparison& comparison, const CellComparison& cell) {
  return fmt::format("{} is {} on {}: {} pp, 95 % CI {}, {}{}", comparison.second,
                     cell.difference > 0 ? "better" : "worse", cell.label, points_text(cell.difference),
                     points_text(cell.ci95), p_text(cell.p_adjusted),
                     correction_text(comparison.settings.correction));
}

std::string nothing_found_sentence(const Comparison& comparison) {
  std::size_t compared = 0;
  for (const CellComparison& cell : comparison.cells) {
    if (comparison.is_finding(cell)) return {};
    compared += cell.not_compared.empty() ? 1 : 0;
  }
  if (compared == 0) return {};
  return fmt::format("no difference beyond chance in {} (p>{}{})", plural(compared, "cell", "cells"),
                     comparison.settings.alpha, correction_text(comparison.settings.correction));
}

std::string power_sentence(const Comparison& comparison) {
  double smallest = 1;
  double largest = 0;
  std::size_t identical = 0;
  for (const CellComparison& cell : comparison.cells) {
    if (!cell.paired) continue;
    identical += cell.pairing.counts.discordant() == 0 ? 1 : 0;
    if (!cell.smallest_detectable) continue;
    smallest = std::min(smallest, *cell.smallest_detectable);
    largest = std::max(largest, *cell.smallest_detectable);
  }
  std::string text;
  if (identical > 0)
    text =
        fmt::format("not one prediction became right or wrong in {}; ", plural(identical, "cell", "cells"));
  if (largest > 0)
    text += fmt::format("a true difference of {} pp would be found 4 times in 5, before correction",
                        percent_text(smallest) == percent_text(largest)
                            ? percent_text(smallest)
                            : fmt::format("{} to {}", percent_text(smallest), percent_text(largest)));
  else if (!text.empty())
    text.resize(text.size() - 2);
  return text;
}

std::string flips_text(const std::vector<Flip>& flips, std::size_t most) {
  std::string text;
  for (std::size_t i = 0; i < std::min(most, flips.size()); ++i)
    text += fmt::format("{}{}\u00a0({}→{})", i == 0 ? "" : ", ", flips[i].sample_id, flips[i].first,
                        flips[i].second);
  if (flips.size() > most) text += fmt::format(" and {} more", count_text(flips.size() - most));
  return text;
}

std::string scope_text(const Comparison& comparison) {
  std::uint64_t fewest = 0;
  std::uint64_t most = 0;
  std::size_t compared = 0;
  for (const CellComparison& cell : comparison.cells) {
    if (!cell.not_compared.empty()) continue;
    const std::uint64_t n = std::min(cell.first.n, cell.second.n);
    fewest = compared == 0 ? n : std::min(fewest, n);
    most = std::max(most, n);
    ++compared;
  }
  return fmt::format("{}, {}, n = {}", plural(compared, "cell", "cells"),
                     comparison.paired ? "paired by sample" : "unpaired",
                     fewest == most ? count_text(most) : count_text(fewest) + "…" + count_text(most));
}

}  // namespace vitrobust::reports
