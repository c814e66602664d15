#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

#include "reports/html/curves.h"
#include "reports/html/markup.h"
#include "reports/html/sections.h"
#include "reports/table.h"

namespace vitrobust::reports::html {
namespace {

struct Colour {
  double red = 0, green = 0, blue = 0;
};
/// From nothing right to everything right: orange to blue, which the colour-blind can tell apart, through a
/// pale middle.
constexpr std::array<Colour, 5> kScale = {
    {{127, 45, 4}, {214, 117, 43}, {244, 222, 179}, {146, 190, 217}, {27, 98, 163}}};

Colour colour_of(double accuracy) {
  const double at = std::clamp(accuracy, 0.0, 1.0) * (kScale.size() - 1);
  const auto low = std::min(static_cast<std::size_t>(at), kScale.size() - 2);
  const double share = at - static_cast<double>(low);
  const auto mix = [&](double Colour::*part) {
    return std::round(kScale[low].*part + share * (kScale[low + 1].*part - kScale[low].*part));
  };
  return {mix(&Colour::red), mix(&Colour::green), mix(&Colour::blue)};
}

/// A cell in its colour, with black or white on it, whichever is easier to read (weights of ITU-R BT.601).
std::string cell(const ModelReport& model, const std::string& title, const CurvePoint* point) {
  if (point == nullptr || !point->row->accuracy) {
    const bool failed = point != nullptr && !point->row->error.empty();
    return fmt::format("<td class=\"none\"{}>–</td>",
                       failed ? " title=\"" + escape("failed: " + point->row->error) + "\"" : "");
  }
  const double accuracy = *point->row->accuracy;
  const Colour colour = colour_of(accuracy);
  const bool dark = 0.299 * colour.red + 0.587 * colour.green + 0.114 * colour.blue < 140;
  return fmt::format("<td style=\"background:rgb({},{},{});color:{}\" title=\"{}\">{}</td>", colour.red,
                     colour.green, colour.blue, dark ? "#fff" : "#111",
                     escape(fmt::format("{}, {} {}: {}", model.name, title, point->x_label,
                                        percent_with_interval(accuracy, point->row->ci95))),
                     figure_text(accuracy));
}

/// The places that occur in any family of the table, ascending.
std::map<double, std::string> places(const std::vector<CurveFamily>& families) {
  std::map<double, std::string> found;
  for (const CurveFamily& family : families)
    for (const auto& points : family.models)
      for (const CurvePoint& point : points) found[point.x] = point.x_label;
  return found;
}

std::string head(const ReportSet& set, const std::map<double, std::string>& at, const std::string& axis) {
  std::string models = "<tr><td></td>";
  std::string labels = fmt::format("<tr><th scope=\"col\">{}</th>", axis);
  for (const ModelReport& model : set.models) {
    models += fmt::format("<td class=\"gap\"></td><th colspan=\"{}\" scope=\"colgroup\">{}</th>", at.size(),
                          escape(model.name));
    labels += "<td class=\"gap\"></td>";
    for (const auto& [x, label] : at) labels += "<th scope=\"col\">" + escape(label) + "</th>";
  }
  return "<thead>" + models + "</tr>" + labels + "</tr></thead>\n";
}

std::string heat_table(const ReportSet& set, const std::vector<CurveFamily>& families,
                       const std::string& axis) {
  std::vector<CurveFamily> shown;
  std::ranges::copy_if(families, std::back_inserter(shown),
                       [&](const CurveFamily& family) { return family.axis == axis; });
  if (shown.empty()) return {};
  const auto at = places(shown);
  std::string text = "<div class=\"scroll\"><table class=\"heat\">\n" + head(set, at, axis) + "<tbody>\n";
  for (const CurveFamily& family : shown) {
    text += "<tr><th scope=\"row\">" + escape(family.title) + "</th>";
    for (std::size_t model = 0; model < set.models.size(); ++model) {
      text += "<td class=\"gap\"></td>";
      for (const auto& [x, label] : at) {
        const auto point = std::ranges::find(family.models[model], x, &CurvePoint::x);
        text +=
            cell(set.models[model], family.title, point == family.models[model].end() ? nullptr : &*point);
      }
    }
    text += "</tr>\n";
  }
  return text + "</tbody></table></div>\n";
}

}  // namespace

std::string heat_section(const ReportSet& set) {
  const std::vector<CurveFamily> attacks = attack_families(set);
  const std::string tables = heat_table(set, corruption_families(set), "severity") +
                             heat_table(set, attacks, "ε · 255") + heat_table(set, attacks, "ε");
  if (tables.empty()) return {};
  return "<h2 id=\"heat\">All cells at a glance</h2>\n<p class=\"note\">Accuracy in %: orange is low, blue "
         "is high. A "
         "dash: the run has no figure there.</p>\n" +
         tables;
}

}  // namespace vitrobust::reports::html
