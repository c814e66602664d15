#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "reports/html/curves.h"
#include "reports/html/markup.h"
#include "reports/html/sections.h"

namespace vitrobust::reports::html {
namespace {

/// Of the plot inside its SVG, in its units.
constexpr double kLeft = 30;
constexpr double kRight = 8;
constexpr double kTop = 8;
constexpr double kPlotWidth = 202;
constexpr double kPlotHeight = 110;
constexpr double kWidth = kLeft + kPlotWidth + kRight;
constexpr double kHeight = kTop + kPlotHeight + 32;
constexpr double kMinTickDistance = 18;

double y_of(double accuracy) {
  return kTop + (1 - accuracy) * kPlotHeight;
}

/// Horizontal lines at 0, 25 … 100 %, labelled every other one.
std::string grid() {
  std::string text;
  for (int percent = 0; percent <= 100; percent += 25) {
    const double y = y_of(percent / 100.0);
    text += fmt::format("<path class=\"grid\" d=\"M{} {:.1f}h{}\"/>", kLeft, y, kPlotWidth);
    if (percent % 50 == 0)
      text += fmt::format("<text x=\"{}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>", kLeft - 5, y + 3.5,
                          percent);
  }
  return text;
}

class Chart {
 public:
  Chart(const ReportSet& set, const CurveFamily& family) : set_(set), family_(family) {
    for (const auto& points : family.models)
      for (const CurvePoint& point : points) largest_ = std::max(largest_, point.x);
    if (largest_ <= 0) largest_ = 1;
  }

  [[nodiscard]] std::string svg() const {
    std::string text = fmt::format("<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">", kWidth,
                                   kHeight, escape("Accuracy of " + family_.title + " by " + family_.axis));
    text += grid() + ticks();
    for (std::size_t model = 0; model < family_.models.size(); ++model) text += series(model);
    return text + "</svg>\n";
  }

 private:
  [[nodiscard]] double x_of(double x) const { return kLeft + x / largest_ * kPlotWidth; }

  [[nodiscard]] std::string ticks() const {
    std::vector<std::pair<double, std::string>> ticks = {{0, "clean"}};
    for (const auto& points : family_.models)
      for (const CurvePoint& point : points) ticks.emplace_back(point.x, point.x_label);
    std::ranges::sort(ticks);
    std::string text;
    double last = -kMinTickDistance;
    for (const auto& [x, label] : ticks) {
      if (x_of(x) - last < kMinTickDistance) continue;
      last = x_of(x) + (x == 0 ? 6 : 0);
      text += fmt::format("<text x=\"{:.1f}\" y=\"{}\" text-anchor=\"middle\">{}</text>", x_of(x),
                          kTop + kPlotHeight + 14, escape(label));
    }
    return text + fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
                              kLeft + kPlotWidth / 2, kTop + kPlotHeight + 27, family_.axis);
  }

  [[nodiscard]] std::string series(std::size_t model) const {
    std::vector<CurvePoint> points = family_.models[model];
    std::erase_if(points, [](const CurvePoint& point) { return !point.row->accuracy; });
    if (points.empty()) return {};
    if (const RowView* clean = clean_row(set_.models[model]))
      points.insert(points.begin(), {0, "clean", clean});
    std::string line;
    std::string marks;
    for (const CurvePoint& point : points) {
      const double x = x_of(point.x);
      const double accuracy = *point.row->accuracy;
      line += fmt::format("{:.1f},{:.1f} ", x, y_of(accuracy));
      marks += "<g><title>" +
               escape(fmt::format("{}, {} {}: {}", set_.models[model].name, family_.axis, point.x_label,
                                  percent_with_interval(accuracy, point.row->ci95))) +
               "</title>";
      if (const auto& interval = point.row->ci95)
        marks += fmt::format("<path class=\"ci\" d=\"M{:.1f} {:.1f}V{:.1f}\" style=\"stroke:var(--c)\"/>", x,
                             y_of(interval->low), y_of(interval->high));
      marks += marker(model, x, y_of(accuracy)) + "</g>";
    }
    return fmt::format("<g class=\"series {}\"><polyline points=\"{}\"/>{}</g>", model_class(model), line,
                       marks);
  }

  const ReportSet& set_;
  const CurveFamily& family_;
  double largest_ = 0;
};

std::string charts(const ReportSet& set, const std::vector<CurveFamily>& families) {
  std::string text = "<div class=\"charts\">\n";
  for (const CurveFamily& family : families)
    text += "<figure><figcaption>" + escape(family.title) + "</figcaption>" + draw_chart(set, family) +
            "</figure>\n";
  return text + "</div>\n";
}

/// Which line is which model's.
std::string legend(const ReportSet& set) {
  std::string text = "<ul class=\"legend\">";
  for (std::size_t model = 0; model < set.models.size(); ++model)
    text += fmt::format(
        "<li><svg viewBox=\"0 0 26 12\" aria-hidden=\"true\"><g class=\"series {}\"><polyline points=\"1,6 "
        "25,6\"/>{}"
        "</g></svg>{}</li>",
        model_class(model), marker(model, 13, 6), escape(set.models[model].name));
  return text + "</ul>\n";
}

constexpr const char* kBars = "Vertical bars are 95 % intervals (Wilson); point at a marker for its figures.";

}  // namespace

std::string draw_chart(const ReportSet& set, const CurveFamily& family) {
  return Chart(set, family).svg();
}

std::string severity_section(const ReportSet& set) {
  const std::vector<CurveFamily> families = corruption_families(set);
  if (families.empty()) return {};
  return "<h2 id=\"severity\">Accuracy by severity</h2>\n<p class=\"note\">Accuracy in %, from the clean "
         "images to the "
         "most severe corruption. " +
         std::string(kBars) + "</p>\n" + legend(set) + charts(set, families);
}

std::string epsilon_section(const ReportSet& set) {
  const std::vector<CurveFamily> families = attack_families(set);
  if (families.empty()) return {};
  return "<h2 id=\"epsilon\">Accuracy under attack</h2>\n<p class=\"note\">Accuracy in % against the radius "
         "ε, in 255ths "
         "of the pixel range unless the norm is ℓ2. An upper bound: a stronger attack can only lower it. " +
         std::string(kBars) + "</p>\n" + legend(set) + charts(set, families);
}

}  // namespace vitrobust::reports::html
