#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reports/report_set.h"
#include "reports/table_layout.h"

namespace vitrobust::reports {

/// What a renderer may need besides the runs.
struct RenderOptions {
  TableLayout layout;
  /// Columns of the terminal, and whether it has colour; for the console.
  int width = 100;
  bool colour = false;
};

/// One report format: a line of the table that feeds --format, --report, their help and the contract tests.
struct Format {
  std::string_view name;
  std::string_view help;
  /// Of files: ".csv".
  std::string_view ending;
  /// Whether a layout changes what it renders.
  bool uses_layout = false;
  /// The whole file, UTF-8 with a newline at its end. The same set gives the same bytes.
  /// @throws InputError when the runs cannot be said in this format
  std::string (*render)(const ReportSet& set, const RenderOptions& options) = nullptr;
};

const std::vector<Format>& format_table();

/// @throws UsageError with the nearest names
const Format& find_format(const std::string& name);

// The renderers; each is in a file of its own. See docs/tables.md for what they write.
std::string render_json(const ReportSet& set, const RenderOptions& options);
std::string render_csv(const ReportSet& set, const RenderOptions& options);
std::string render_console(const ReportSet& set, const RenderOptions& options);
std::string render_markdown(const ReportSet& set, const RenderOptions& options);
std::string render_latex(const ReportSet& set, const RenderOptions& options);
std::string render_html(const ReportSet& set, const RenderOptions& options);
std::string render_robustbench(const ReportSet& set, const RenderOptions& options);
std::string render_lm_eval(const ReportSet& set, const RenderOptions& options);
std::string render_timm(const ReportSet& set, const RenderOptions& options);

}  // namespace vitrobust::reports
