#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "core/terminal.h"
#include "reports/console_lines.h"
#include "reports/report.h"
#include "reports/text_layout.h"
#include "reports/view.h"

namespace vitrobust::reports {
namespace {

constexpr std::size_t kGap = 2;
/// Longer labels go on in a second line.
constexpr std::size_t kLabelWidth = 28;

/// "1" … "5", or "mean".
constexpr std::size_t kSeverityWidth = 4;

/// How much is said of a figure: "72.4 [69.5, 75.1]", "72.4 ±2.8" or "72.4".
enum class Detail { interval, half_width, bare };

/// One way of laying the table out; the first that fits is taken.
struct Layout {
  Detail detail = Detail::interval;
  /// Models are headed A, B, … and a legend names them.
  bool letters = false;
};
constexpr std::array<Layout, 6> kLayouts = {{{Detail::interval, false},
                                             {Detail::interval, true},
                                             {Detail::half_width, false},
                                             {Detail::half_width, true},
                                             {Detail::bare, false},
                                             {Detail::bare, true}}};

std::string letter(std::size_t model) {
  const std::string base(1, static_cast<char>('A' + model % 26));
  return model < 26 ? base : base + std::to_string(model / 26);
}

std::string percent(double proportion) {
  return fmt::format("{:.1f}", 100 * proportion);
}

/// "+1.3", "−0.2", "0.0", with a true minus sign.
std::string percentage_points(double difference) {
  const std::string size = percent(std::abs(difference));
  if (size == "0.0") return size;
  return (difference < 0 ? "−" : "+") + size;
}

/// The table of some of the models in one layout.
class Table {
 public:
  Table(const ConsoleLines& content, std::vector<std::string> headers, std::size_t first_model, Detail detail,
        std::string difference_header, bool colour)
      : content_(content),
        headers_(std::move(headers)),
        first_model_(first_model),
        detail_(detail),
        difference_header_(std::move(difference_header)),
        terminal_{.interactive = colour, .colour = colour} {
    measure();
  }

  [[nodiscard]] std::size_t width() const {
    std::size_t width = label_width_;
    for (const std::size_t column : column_widths_) width += kGap + column;
    return width + (difference_width_ > 0 ? kGap + difference_width_ : 0);
  }

  [[nodiscard]] std::string text() const {
    std::string text = header() + rule();
    for (const ConsoleLine& line : content_.lines) text += line.rule ? rule() : line_text(line);
    return text;
  }

 private:
  void measure() {
    for (const ConsoleLine& line : content_.lines) {
      const std::size_t severity = line.severity.empty() ? 0 : kGap + kSeverityWidth;
      for (const std::string& part : wrap(line.label, kLabelWidth, 2))
        label_width_ = std::max(label_width_, display_width(part) + severity);
      for (const ConsoleFigure& figure : line.figures) {
        if (figure.value) value_width_ = std::max(value_width_, percent(*figure.value).size());
      }
      if (line.difference)
        difference_width_ = std::max({difference_width_, display_width(percentage_points(*line.difference)),
                                      display_width(difference_header_)});
    }
    for (std::size_t i = 0; i < headers_.size(); ++i) {
      std::size_t width = display_width(headers_[i]);
      for (const ConsoleLine& line : content_.lines) {
        if (!line.rule)
          width = std::max(width, display_width(figure_text(line.figures[first_model_ + i], false)));
      }
      column_widths_.push_back(width);
    }
  }

  [[nodiscard]] std::string figure_text(const ConsoleFigure& figure, bool best) const {
    const std::string mark = figure.footnote > 0 ? superscript(figure.footnote) : "";
    if (!figure.value) return pad_left(figure.instead, value_width_) + mark;
    const std::string value = percent(*figure.value);
    std::string text = pad_left("", value_width_ - value.size());
    text += best ? styled(terminal_, Style::bold, value) : value;
    if (figure.interval && detail_ == Detail::interval)
      text += fmt::format(" [{}, {}]", percent(figure.interval->low), percent(figure.interval->high));
    if (figure.interval && detail_ == Detail::half_width)
      text += fmt::format(" ±{}", percent((figure.interval->high - figure.interval->low) / 2));
    return text + mark;
  }

  /// Whether no model is better in this line, and not all have the same.
  [[nodiscard]] static bool is_best(const ConsoleLine& line, const ConsoleFigure& figure) {
    if (!figure.value || !line.comparable) return false;
    bool worse_elsewhere = false;
    for (const ConsoleFigure& other : line.figures) {
      if (!other.value || *other.value == *figure.value) continue;
      if ((*other.value < *figure.value) == line.lower_is_better) return false;
      worse_elsewhere = true;
    }
    return worse_elsewhere;
  }

  [[nodiscard]] std::string header() const {
    std::string line = pad_right("", label_width_);
    for (std::size_t i = 0; i < headers_.size(); ++i)
      line += pad_right("", kGap) + pad_right(headers_[i], column_widths_[i]);
    if (difference_width_ > 0) line += pad_right("", kGap) + pad_left(difference_header_, difference_width_);
    return finish(line);
  }

  [[nodiscard]] std::string rule() const {
    std::string line;
    for (std::size_t i = 0; i < width(); ++i) line += "─";
    return styled(terminal_, Style::dim, line) + "\n";
  }

  [[nodiscard]] std::string line_text(const ConsoleLine& line) const {
    const std::vector<std::string> label = wrap(line.label, kLabelWidth, 2);
    std::string text = label.front();
    if (!line.severity.empty())
      text = pad_right(text, label_width_ - kSeverityWidth) + pad_left(line.severity, kSeverityWidth);
    text = pad_right(text, label_width_);
    for (std::size_t i = 0; i < headers_.size(); ++i) {
      const ConsoleFigure& figure = line.figures[first_model_ + i];
      // Escape sequences take no columns: pad by the plain text.
      const std::size_t used = display_width(figure_text(figure, false));
      text += pad_right("", kGap) + figure_text(figure, is_best(line, figure)) +
              pad_right("", column_widths_[i] - used);
    }
    if (line.difference)
      text += pad_right("", kGap) + pad_left(percentage_points(*line.difference), difference_width_);
    text = finish(text);
    for (std::size_t i = 1; i < label.size(); ++i) text += label[i] + "\n";
    return text;
  }

  static std::string finish(std::string line) {
    line.erase(line.find_last_not_of(' ') + 1);
    return line + "\n";
  }

  const ConsoleLines& content_;
  std::vector<std::string> headers_;
  std::size_t first_model_;
  Detail detail_;
  std::string difference_header_;
  Terminal terminal_;
  /// Of the first column: a label, or a corruption's name and the severity.
  std::size_t label_width_ = 0;
  std::size_t value_width_ = 0;
  std::size_t difference_width_ = 0;
  std::vector<std::size_t> column_widths_;
};

/// The tables, one below the other, that show all models in a layout: `blocks` of them.
std::vector<Table> tables_of(const ConsoleLines& content, std::span<const std::string> names, Layout layout,
                             std::size_t blocks, bool colour) {
  std::vector<Table> tables;
  const std::size_t n = names.size();
  for (std::size_t block = 0; block < blocks; ++block) {
    const std::size_t first = n * block / blocks;
    std::vector<std::string> headers;
    for (std::size_t model = first; model < n * (block + 1) / blocks; ++model)
      headers.push_back(layout.letters ? letter(model) : names[model]);
    tables.emplace_back(content, std::move(headers), first, layout.detail, n == 1 ? "Δ clean" : "Δ pp",
                        colour);
  }
  return tables;
}

/// The first layout that fits, in as few tables as possible; the tightest when none does.
std::pair<Layout, std::vector<Table>> fit(const ConsoleLines& content, std::span<const std::string> names,
                                          std::size_t width, bool colour) {
  const std::size_t n = names.size();
  for (std::size_t blocks = 1; blocks <= n; ++blocks) {
    for (const Layout layout : kLayouts) {
      auto tables = tables_of(content, names, layout, blocks, colour);
      if (std::ranges::all_of(tables, [&](const Table& table) { return table.width() <= width; }))
        return {layout, std::move(tables)};
    }
  }
  return {kLayouts.back(), tables_of(content, names, kLayouts.back(), n, colour)};
}

/// "1000 images of glyphs": what the model's first row was planned for.
std::string data_of(const ReportView& report) {
  const std::uint64_t n = report.rows.empty() ? 0 : report.rows.front().n_planned;
  return fmt::format("{} images of {}", n, printable(report.dataset));
}

std::string title(std::span<const ReportView> reports, std::span<const std::string> names, Detail detail) {
  std::string title = "Accuracy in %";
  if (detail == Detail::interval) title += " with its 95 % interval";
  if (detail == Detail::half_width) title += " ± half the width of its 95 % interval";
  title += "\n";
  const std::string data = data_of(reports.front());
  if (std::ranges::all_of(reports, [&](const ReportView& report) { return data_of(report) == data; }))
    return title + "n = " + data + "\n";
  for (std::size_t i = 0; i < reports.size(); ++i)
    title += fmt::format("{}: n = {}\n", names[i], data_of(reports[i]));
  return title;
}

/// What stands below the table: footnotes, what Δ and bold mean, and what a reader must know of the runs.
std::vector<std::string> remarks(const ConsoleLines& content, std::span<const ReportView> reports,
                                 std::span<const std::string> names, bool colour) {
  std::vector<std::string> remarks = content.footnotes;
  remarks.insert(remarks.end(), content.remarks.begin(), content.remarks.end());
  const bool has_difference =
      std::ranges::any_of(content.lines, [](const ConsoleLine& line) { return line.difference.has_value(); });
  if (has_difference && names.size() == 1)
    remarks.emplace_back("Δ clean: against the accuracy on clean images, in percentage points");
  if (has_difference && names.size() == 2)
    remarks.push_back(fmt::format("Δ pp: {} minus {}, in percentage points", names[1], names[0]));
  if (names.size() == 2 && !same_data(reports[0], reports[1]))
    remarks.emplace_back("The models were evaluated on different data: no differences are shown.");
  if (colour && names.size() > 1) remarks.emplace_back("Bold: the best figure of a line, by however little");
  for (std::size_t i = 0; i < reports.size(); ++i) {
    if (reports[i].status == "interrupted") remarks.push_back(names[i] + ": the run was interrupted");
  }
  for (std::size_t i = 0; i < reports.size(); ++i) {
    for (const GuardRail& rail : reports[i].guard_rails)
      remarks.push_back(fmt::format("{}{} (guard rail {}): {}", names.size() > 1 ? names[i] + ": " : "",
                                    rail.is_error ? "ERROR" : "warning", printable(rail.id),
                                    printable(rail.text)));
    for (const std::string& warning : reports[i].warnings) {
      std::string text = (names.size() > 1 ? names[i] + ": " : "") + "warning: " + printable(warning);
      remarks.push_back(std::move(text));
    }
  }
  return remarks;
}

}  // namespace

std::string console_table(std::span<const Json> reports, int width, bool colour) {
  if (reports.empty()) return {};
  std::vector<ReportView> views;
  std::vector<std::string> names;
  for (const Json& report : reports) {
    views.push_back(view_report(report, "report"));
    names.push_back(printable(views.back().model));
  }
  const ConsoleLines content = console_lines(views, names);
  const auto columns = static_cast<std::size_t>(std::max(width, 1));
  const auto [layout, tables] = fit(content, names, columns, colour);
  std::string text = title(views, names, layout.detail);
  if (layout.letters) {
    for (std::size_t i = 0; i < names.size(); ++i) text += fmt::format("{}  {}\n", letter(i), names[i]);
  }
  for (const Table& table : tables) text += "\n" + table.text();
  const auto below = remarks(content, views, names, colour);
  if (!below.empty()) text += "\n";
  for (const std::string& remark : below) {
    for (const std::string& line : wrap(remark, columns, 2)) text += line + "\n";
  }
  return text;
}

}  // namespace vitrobust::reports
