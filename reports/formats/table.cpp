#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "core/names.h"
#include "core/terminal.h"
#include "reports/formats/format.h"

namespace vitrobust::reports {

const std::vector<Format>& format_table() {
  static const std::vector<Format> table = {
      {"console", "a table for the terminal", ".txt", true, render_console},
      {"json", "report.json as it is; of several runs an array of them", ".json", false, render_json},
      {"csv", "one line per model and cell (RFC 4180), every figure in a column of its own", ".csv", false,
       render_csv},
      {"markdown", "a table for issues, pull requests and READMEs", ".md", true, render_markdown},
      {"latex", "a booktabs table to \\input, best in bold, significance marked", ".tex", true, render_latex},
      {"html", "one self-contained page: charts, heat map, differences, sample images", ".html", false,
       render_html},
      {"robustbench", "model_info JSON of RobustBench", ".robustbench.json", false, render_robustbench},
      {"lm-eval", "results JSON of lm-evaluation-harness", ".lm-eval.json", false, render_lm_eval},
      {"timm", "results CSV of timm's validate.py: clean accuracy", ".timm.csv", false, render_timm},
  };
  return table;
}

const Format& find_format(const std::string& name) {
  std::vector<std::string> names;
  for (const Format& format : format_table()) {
    if (format.name == name) return format;
    names.emplace_back(format.name);
  }
  throw UsageError(fmt::format("unknown format '{}'", printable(name)), unknown_name_hint(name, names));
}

std::string render_json(const ReportSet& set, const RenderOptions& /*options*/) {
  if (set.models.size() == 1) return dump_json(set.models.front().report);
  Json all = Json::array();
  for (const ModelReport& model : set.models) all.push_back(model.report);
  return dump_json(all);
}

}  // namespace vitrobust::reports
