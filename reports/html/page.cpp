// One self-contained page: no network, nothing that runs but the one script that its policy names by hash.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>

#include "core/sha256.h"
#include "core/terminal.h"
#include "reports/console_lines.h"
#include "reports/formats/format.h"
#include "reports/html/markup.h"
#include "reports/html/sections.h"
#include "reports/html/style.h"

namespace vitrobust::reports {
namespace {

struct Section {
  const char* anchor;
  const char* title;
  std::string (*render)(const ReportSet& set);
};
constexpr std::array<Section, 7> kSections = {{
    {"severity", "By severity", html::severity_section},
    {"epsilon", "Under attack", html::epsilon_section},
    {"heat", "At a glance", html::heat_section},
    {"differences", "Differences", html::difference_section},
    {"figures", "Every figure", html::table_section},
    {"samples", "Samples", html::samples_section},
    {"configuration", "Configuration", html::configuration_section},
}};

std::string policy() {
  const auto digest = Sha256().update(html::kScript).digest();
  return fmt::format(
      "default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-{}'; base-uri "
      "'none'; "
      "form-action 'none'",
      html::base64(digest));
}

std::string title_of(const ReportSet& set) {
  std::vector<std::string> names;
  for (const ModelReport& model : set.models) names.push_back(model.name);
  constexpr std::size_t kNamed = 4;
  if (names.size() <= kNamed) return fmt::format("Robustness of {}", fmt::join(names, ", "));
  return fmt::format("Robustness of {} models", names.size());
}

std::string data_line(const ReportSet& set) {
  const ReportView& first = set.models.front().view;
  for (const ModelReport& model : set.models)
    if (!same_data(model.view, first))
      return "<p class=\"warning\">The models were evaluated on different data: their figures must not be "
             "compared.</p>\n";
  return fmt::format("<p class=\"sub\">{} images of {} · {}</p>\n", first.rows.front().n_planned,
                     html::escape(first.dataset), html::escape(first.fingerprint.substr(0, 19)));
}

/// The reports, for scripts that have only the page; `<` is spelled so that nothing in them can end the
/// element.
std::string embedded_data(const ReportSet& set) {
  Json all = Json::array();
  for (const ModelReport& model : set.models) all.push_back(model.report);
  std::string text;
  for (const char character : all.dump(-1, ' ', true, Json::error_handler_t::replace))
    text += character == '<' ? "\\u003c" : std::string(1, character);
  constexpr std::size_t kMostBytes = std::size_t{512} << 10;
  if (text.size() > kMostBytes) return {};
  return "<script type=\"application/json\" id=\"vitrobust-reports\">" + text + "</script>\n";
}

std::string tool_line(const ReportSet& set) {
  const Json& tool = set.models.front().report.at("tool");
  const auto version = tool.find("version");
  return fmt::format(
      "<footer>Made by vitrobust{}. Intervals are about the choice of images, not about other training or "
      "attack "
      "seeds; how each is computed stands in docs/report.md.</footer>\n",
      version != tool.end() && version->is_string() ? " " + html::escape(version->get<std::string>()) : "");
}

}  // namespace

std::string render_html(const ReportSet& set, const RenderOptions& /*options*/) {
  const std::string title = html::escape(title_of(set));
  std::string navigation;
  std::string body;
  for (const Section& section : kSections) {
    const std::string text = section.render(set);
    if (text.empty()) continue;
    navigation += fmt::format("<a href=\"#{}\">{}</a>", section.anchor, section.title);
    body += text;
  }
  return fmt::format(
             "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta "
             "http-equiv=\"Content-Security-Policy\" content=\"{}\">\n<meta name=\"viewport\" "
             "content=\"width=device-width,initial-scale=1\">\n<meta name=\"referrer\" "
             "content=\"no-referrer\">\n<title>{}</title>\n",
             policy(), title) +
         "<style>" + std::string(html::kStyle) + "</style>\n</head>\n<body>\n<header><h1>" + title +
         "</h1>\n" + data_line(set) + "<nav>" + navigation + "</nav></header>\n<main>\n" +
         html::summary_section(set) + body + "</main>\n" + tool_line(set) + embedded_data(set) + "<script>" +
         std::string(html::kScript) + "</script>\n</body>\n</html>\n";
}

}  // namespace vitrobust::reports
