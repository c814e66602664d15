#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"
#include "reports/report.h"
#include "reports/statistics.h"

namespace vitrobust::reports {

/// One row of a report, checked: every count and proportion is one. Empty optionals are the report's nulls.
struct RowView {
  std::string id;
  CellKind kind = CellKind::clean;
  Json condition;
  std::uint64_t n = 0;
  std::uint64_t n_planned = 0;
  std::uint64_t n_failed = 0;
  std::vector<std::uint64_t> failed_ids;  ///< the first kNamedFailures
  std::string first_failure;
  std::optional<std::uint64_t> correct;
  std::optional<double> accuracy;
  std::optional<Interval> ci95;
  std::optional<double> top5;
  std::optional<double> mean_loss;
  std::optional<std::uint64_t> clean_correct;  ///< this and the next five: attack rows only
  std::optional<double> clean_accuracy, success_rate, linf_max, l2_mean, queries_mean;
  /// Perturbation rows only; the first is a proportion, the second in [0, 18].
  std::optional<double> flip_probability, top5_distance;
  std::optional<Interval> flip_probability_ci95;
  std::string error;
  std::vector<std::string> notes;
};

struct AggregateView {
  std::string id;
  std::optional<double> value;
  std::optional<Interval> ci95;
  std::uint64_t n = 0;
  std::uint64_t n_conditions = 0;
  std::vector<std::string> left_out;
  /// Whose figures it is divided by; empty when it is not.
  std::string baseline;
  /// "memory" or "published"; empty unless corrupted images are compared with a baseline's.
  std::string protocol;
};

/// What renderers need of a report.
struct ReportView {
  std::string status;
  std::string model;
  std::string dataset;
  std::string fingerprint;
  std::vector<RowView> rows;
  std::vector<AggregateView> aggregates;
  std::vector<GuardRail> guard_rails;
  std::vector<std::string> warnings;
};

/// The row of that id; nullptr when there is none.
const RowView* find_row(const ReportView& report, std::string_view id);

/// Checks a report and takes out what renderers need.
/// @param source named in the error, usually the path
/// @throws InputError that names the row and the field when something is missing, of the wrong type or out
/// of range, or when the report is of a newer version
ReportView view_report(const Json& report, const std::string& source);

}  // namespace vitrobust::reports
