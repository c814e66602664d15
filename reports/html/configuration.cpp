#include <fmt/format.h>

#include "reports/html/markup.h"
#include "reports/html/sections.h"

namespace vitrobust::reports::html {
namespace {

constexpr std::size_t kLongestList = 40;

std::string value_text(const Json& value) {
  return value.is_string() ? value.get<std::string>()
                           : value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// Every leaf of an object in a line of its own, named by its path.
void add_lines(const Json& json, const std::string& path, std::string& lines) {
  if (json.is_object() && !json.empty()) {
    for (const auto& [key, value] : json.items())
      add_lines(value, path.empty() ? key : path + "." + key, lines);
    return;
  }
  std::string text = json.is_array() && json.size() > kLongestList
                         ? fmt::format("{} entries: they are in report.json", json.size())
                         : value_text(json);
  lines += "<tr><td>" + escape(path) + "</td><td>" + escape(text) + "</td></tr>\n";
}

std::string details(const std::string& title, const Json& json) {
  std::string lines;
  add_lines(json, {}, lines);
  return "<details><summary>" + escape(title) + "</summary><table><tbody>\n" + lines +
         "</tbody></table></details>\n";
}

}  // namespace

std::string configuration_section(const ReportSet& set) {
  std::string text = "<h2 id=\"configuration\">Configuration and environment</h2>\n";
  for (const ModelReport& model : set.models) {
    const Json& report = model.report;
    if (set.models.size() > 1) text += "<h3>" + escape(model.name) + "</h3>\n";
    text += details("Model", report.at("model")) + details("Data", report.at("dataset"));
    Json config = report.at("config");
    config["config_hash"] = report.at("config_hash");
    text += details("Settings that decide the figures", config);
    Json environment = {{"tool", report.at("tool")}, {"run", report.at("volatile")}};
    environment["run"].erase("images_per_s");
    text += details("Environment", environment);
  }
  return text;
}

}  // namespace vitrobust::reports::html
