#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"
#include "reports/guard_rails.h"
#include "reports/outcome.h"

namespace vitrobust::reports {

/// The version of the report's shape that this code writes; docs/report.schema.json describes it.
inline constexpr int kSchemaVersion = 1;
/// How many failed samples a row names; it counts them all.
inline constexpr std::size_t kNamedFailures = 20;

enum class CellKind {
  clean,
  corruption,
  perturbation,
  attack,
  corruption_attack,
  /// An attack in normalised space (docs/threat-models.md): never in a column or a mean with `attack`.
  legacy_attack
};

/// Whether such cells attack, so that their outcomes have what an attack did.
bool is_attacked(CellKind kind);

/// "clean", "corruption", "perturbation", "attack", "corruption+attack" or "attack-normspace-legacy".
std::string_view to_string(CellKind kind);

/// A cell as planned and as evaluated; what make_row() turns into a row.
struct Cell {
  /// "clean", "corruption/fog/3", "perturbation/tilt/1", "attack/pgd:norm=linf,…",
  /// "corruption/fog/3+attack/…"
  std::string id;
  CellKind kind = CellKind::clean;
  /// {"name": "fog", "severity": 3, parameters …}; of several stages {"name": "fog+fgsm", "stages": [{…},
  /// {…}]}.
  Json condition;
  /// Not empty: the cell as a whole failed, and why.
  std::string error;
  std::vector<std::string> notes;
  double images_per_s = 0;  ///< volatile; 0 or not finite: not measured
  /// Samples that the plan asks for. A cell with fewer outcomes was interrupted: its row says so, and the
  /// aggregates leave it out. Absent: as many as there are outcomes.
  std::optional<std::uint64_t> n_planned = std::nullopt;
  /// Logits among which the prediction was chosen. With five or fewer every sample is a top-5 hit, so the
  /// row has null. 0: not known.
  int n_classes = 0;
};

/// Everything of a report but its rows, in the shape of the design; filled by eval.
struct ReportHeader {
  std::string status;  ///< from report_status()
  Json tool;
  Json model;
  Json dataset;
  Json config;
  std::string config_hash;  ///< "sha256:" and 64 hexadecimal digits
  std::vector<GuardRail> guard_rails = {};
  std::vector<std::string> warnings;
  Json volatile_block;  ///< started, elapsed_s, host, threads …; make_report() adds images_per_s
};

/// One row of the report from the outcomes of one cell: n, correct, accuracy, Wilson 95 % interval, top-5,
/// mean loss and, for attacks, clean accuracy, success rate, largest linf, mean l2, mean queries; for
/// perturbation sequences the flip probability and the top-5 distance instead of an accuracy. Every field is
/// explained in docs/report.md. Failed samples are counted, the first kNamedFailures are named, and they
/// are not part of n. A cell that failed, or in which not one sample could be classified, has an error and
/// null for every figure. Sums are compensated and run in the order of sample ids, so the row does not depend
/// on the order of the outcomes.
/// @throws InternalError when a sample occurs twice
Json make_row(const Cell& cell, std::span<const Outcome> outcomes);

/// "interrupted" if it was, else "complete", or "partial" when a row has an error, failed samples or fewer
/// samples than planned.
/// @param rows from make_row
std::string report_status(std::span<const Json> rows, bool interrupted);

/// The whole report.
/// @param cells in the order of the plan
/// @param rows from make_row, one per cell, in the same order
/// @param aggregates from Aggregator::aggregates() (reports/aggregates.h)
/// @throws InternalError when rows and cells do not belong together, a row's id is not unique or the status
/// is unknown
Json make_report(const ReportHeader& header, std::span<const Cell> cells, std::vector<Json> rows,
                 Json aggregates);

/// Rows of a report as an aligned table for people; several reports (one per model) become columns side by
/// side, with the difference in percentage points when they are two models on the same samples. Intervals
/// give way to half-widths and then to bare figures, and long names to letters with a legend, where the width
/// asks for it; models that still do not fit go to a further table below.
/// @param reports from make_report or read_report
/// @param width columns available
/// @param colour whether escape sequences may be used (bold: the best figure of a line)
/// @throws InputError when something is not a report
std::string console_table(std::span<const Json> reports, int width, bool colour);

}  // namespace vitrobust::reports
