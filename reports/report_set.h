#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/json.h"
#include "reports/paired.h"
#include "reports/view.h"

namespace vitrobust::reports {

/// What a model saw of one sample under one condition, as PNG files; kept by `--save-samples`.
struct SampleImages {
  std::string row_id;
  std::uint64_t sample = 0;
  std::string clean;
  std::string seen;
  /// Grey where nothing changed; empty where there is none.
  std::string difference;
  /// What the difference is multiplied by.
  int magnification = 1;
};

/// One run as renderers take it.
struct ModelReport {
  Json report;
  ReportView view;
  /// The model's name, printable; told apart from others of the same name.
  std::string name;
  std::vector<SampleImages> samples;
};

/// One cell of a model held against the baseline's, image by image.
struct PairedCell {
  std::size_t model = 0;
  std::string row_id;
  PairedCounts counts;  ///< first: the baseline, second: the model
  double difference = 0;
  Interval interval;    ///< Newcombe's, 95 %
  double p_value = 1;   ///< exact McNemar, two-sided
  double adjusted = 1;  ///< Holm, over all paired cells of the set
};

/// What a table or a page is made from: one or more runs, and how they compare with one of them.
struct ReportSet {
  std::vector<ModelReport> models;
  /// Against whom the others are held.
  std::optional<std::size_t> baseline;
  std::vector<PairedCell> paired;
  /// Which models could not be held against the baseline image by image, and why.
  std::vector<std::string> unpaired;

  /// The comparison of a cell, or nullptr.
  [[nodiscard]] const PairedCell* find_paired(std::size_t model, const std::string& row_id) const;
};

/// Significance is declared at this level, after Holm's correction.
inline constexpr double kAlpha = 0.05;

/// Checks the reports and gives models of the same name different ones.
/// @param reports and where each comes from, for errors
/// @throws InputError as view_report() does, and for a report without rows
ReportSet make_report_set(std::vector<std::pair<Json, std::string>> reports);

/// The model of that name. @throws UsageError with the names that there are
std::size_t find_model(const ReportSet& set, const std::string& name);

/// Why two runs' outcomes must not be paired image by image, as incomparable() has it
/// (reports/comparability.h); empty when they may be.
std::string why_not_paired(const ModelReport& a, const ModelReport& b);

/// Fills in difference, interval and p-value of every paired cell from its counts, then Holm's correction.
void test_pairs(ReportSet& set);

}  // namespace vitrobust::reports
